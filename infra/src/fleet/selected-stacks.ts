import { didYouMean, type Manifest } from "@agent-roles/manifest";
import { accountStackName } from "../account-stack.ts";
import { InfraError } from "../infra-error.ts";
import { stackContents } from "../stack-contents.ts";
import type { FleetOptions } from "./fleet-options.ts";

export interface FleetStack {
  readonly account: string;
  readonly stack: string;
}

/** The ID of an account that is named by its alias or its ID. */
export function accountId({ accounts = [] }: Manifest, name: string): string {
  return accounts.find(({ alias }) => alias === name)?.id ?? name;
}

/** Every stack of the manifest, without those of a StackSet. */
export function fleetStacks(manifest: Manifest, { stackPrefix = "" }: Pick<FleetOptions, "stackPrefix">): FleetStack[] {
  const contents = stackContents(manifest);
  const own = manifest.deployment === "stack-sets" ? contents.filter(({ hasMaster }) => hasMaster) : contents;
  return own.map((content) => ({ account: content.account, stack: accountStackName(content, stackPrefix) }));
}

/**
 * Stacks of the chosen accounts.
 *
 * @param deployed stacks of accounts that can have left the manifest. Without it, only accounts of the manifest can be chosen.
 * @throws {InfraError} `UnknownAccount`
 */
export function selectedStacks(
  manifest: Manifest,
  options: Pick<FleetOptions, "accounts" | "stackPrefix">,
  deployed?: readonly FleetStack[],
): readonly FleetStack[] {
  const { accounts, stackPrefix = "" } = options;
  const all = fleetStacks(manifest, options);
  if (accounts === undefined) return all;
  const ids = accounts.map((name) => accountId(manifest, name));
  const known = new Set([manifest.master.account, ...manifest.roles.map(({ account }) => account)]);
  const unknown = ids.filter((id) => !known.has(id) && !(deployed && /^\d{12}$/.test(id)));
  if (unknown.length > 0) {
    const problems = unknown.map((id) => ({
      path: "--accounts",
      message: `"${id}" is not an account of the manifest`,
      fix: didYouMean(id, [...(manifest.accounts ?? []).map(({ alias }) => alias), ...known]),
    }));
    throw new InfraError("UnknownAccount", problems);
  }
  const chosen = [...all, ...(deployed ?? [])].filter(({ account }) => ids.includes(account));
  const unrecorded = ids.filter((id) => !known.has(id) && chosen.every(({ account }) => account !== id));
  const guessed = unrecorded.map((account) => ({
    account,
    stack: accountStackName({ account, number: 1 }, stackPrefix),
  }));
  return [...new Map([...chosen, ...guessed].map((each) => [each.stack, each])).values()];
}
