import type { FleetOptions, StackResult } from "@agent-roles/infra";
import type { Manifest } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { awsAccess, type Infra, loadInfra } from "../load-infra.ts";
import { withManifest } from "../options.ts";
import { table } from "../table.ts";

interface Options {
  readonly manifest: string;
  readonly accounts?: readonly string[];
  readonly concurrency: number;
  readonly region?: string;
  readonly stackPrefix?: string;
  readonly output: string;
  readonly yes?: true;
  readonly orphans?: true;
  readonly json?: true;
}

/** A result as a person reads it. */
type Shown = Omit<StackResult, "status"> & { readonly status: string };

interface Texts {
  /** What a person reads for this status. */
  readonly unchanged?: string;
  /** What to do when a stack has a status. */
  readonly next?: Partial<Record<StackResult["status"], (master: string) => string>>;
}

type ExitWith = (code: ExitCode) => void;

/** `agent-roles deploy`: the stacks of all accounts, each account by itself. */
export function deployCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand(
    "deploy",
    "deploy the roles of the manifest; a failure in one account does not affect the others",
  ).action((options: Options) =>
    runFleet(
      context,
      exitWith,
      options,
      async (infra, manifest, fleet) => {
        const results = await infra.deployFleet(manifest, fleet);
        await listOrphans(context, infra, manifest, fleet);
        return results;
      },
      {
        next: {
          deployed: (master) =>
            `agent-roles run --env-file ${options.output}/agent-roles.env, as the master role or with AWS_MASTER_ROLE_ARN=${master}`,
        },
      },
    ),
  );
}

/** `agent-roles diff`: what `deploy` would change. */
export function diffCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand("diff", "compare the deployed roles with the manifest").action((options: Options) =>
    runFleet(context, exitWith, options, async (infra, manifest, fleet) => {
      const results = await infra.diffFleet(manifest, fleet);
      await listOrphans(context, infra, manifest, fleet);
      return results;
    }),
  );
}

/** `agent-roles destroy`: deletes stacks, also those of accounts that left the manifest. */
export function destroyCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand("destroy", "delete the stacks of the manifest")
    .option("--orphans", "delete only stacks in accounts that are no longer in the manifest")
    .option("--yes", "confirm the deletion; required")
    .action((options: Options) =>
      runFleet(
        context,
        exitWith,
        options,
        (infra, manifest, fleet) => destroy(context, infra, manifest, fleet, options),
        {
          unchanged: "not deployed",
          next: {
            destroyed: () =>
              "agent-roles run --once --prune (without --env-file) removes all profiles; if roles are left, use an --env-file without the deleted roles",
          },
        },
      ),
    );
}

function fleetCommand(name: string, description: string): Command {
  return withManifest(new Command(name))
    .description(description)
    .option("--accounts <list>", "only these account IDs or aliases, comma-separated", parseList)
    .option("--concurrency <number>", "accounts at a time", parseCount, 10)
    .option("--region <code>", "Region of the stacks (default: AWS_REGION, then the profile's Region)")
    .option("--stack-prefix <text>", "prefix of the stack names")
    .option("--output <directory>", "directory for the templates and, after a deployment, agent-roles.env", "cdk.out")
    .option("--json", "print a JSON array of results");
}

async function runFleet(
  context: CliContext,
  exitWith: ExitWith,
  options: Options,
  run: (infra: Infra, manifest: Manifest, fleet: FleetOptions) => Promise<StackResult[]>,
  { unchanged = "unchanged", next = {} }: Texts = {},
): Promise<void> {
  const shown = (results: readonly StackResult[]): readonly Shown[] =>
    results.map((each) => (each.status === "unchanged" ? { ...each, status: unchanged } : each));
  const infra = await loadInfra(".");
  const { loadManifest, masterRoleArn } = await import("@agent-roles/manifest");
  const { formatDiagnostic } = await import("@agent-roles/runtime/role-env");
  const onWarning = (warning: Diagnostic): void => context.err(`warning: ${formatDiagnostic(warning)}`);
  const manifest = await loadManifest(options.manifest, { onWarning });
  const onResult: FleetOptions["onResult"] = (result, { done, total }) => {
    for (const { account, stack, status, code } of shown([result]))
      context.err(`[${done}/${total}] ${account} ${stack} ${status}${code === undefined ? "" : ` (${code})`}`);
  };
  const fleet = { ...(await fleetOptions(context, options, manifest, infra)), onWarning, onResult };
  const results = await run(infra, manifest, fleet);
  context.out(options.json ? JSON.stringify(results, undefined, 2) : report(shown(results)));
  const step = results.map(({ status }) => next[status]).find((each) => each !== undefined);
  if (step && !options.json) context.err(`Next: ${step(masterRoleArn(manifest).arn)}`);
  if (results.some(({ status }) => status === "failed" || status === "skipped")) exitWith(1);
}

/** Deletes what `--accounts` or `--orphans` chooses, once it is confirmed, and the cached sessions of the deleted roles. */
async function destroy(
  { env, clock }: CliContext,
  infra: Infra,
  manifest: Manifest,
  fleet: FleetOptions,
  { yes, orphans }: Options,
): Promise<StackResult[]> {
  const only = orphans ? await infra.orphanedStacks(manifest, fleet) : undefined;
  if (only?.length === 0) return [];
  if (!yes) throw confirmation(only?.map(({ account }) => account) ?? fleet.accounts ?? manifestAccounts(manifest));
  const results = await infra.destroyFleet(manifest, fleet, only);
  const gone = new Set(results.filter(({ status }) => status === "destroyed").map(({ account }) => account));
  // A role that is created again under the same name does not accept the sessions of the deleted one.
  const { forgetSessions } = await import("@agent-roles/runtime/stores");
  const { masterRoleArn, targetRoles } = await import("@agent-roles/manifest");
  const roles = [masterRoleArn(manifest), ...targetRoles(manifest).map(({ role }) => role)];
  await forgetSessions(
    roles.filter(({ accountId }) => gone.has(accountId)).map(({ arn }) => arn),
    new Date(clock.now()),
    env,
  );
  return results;
}

/** Reports the accounts that left the manifest, after a command that does not need to know them. */
async function listOrphans(context: CliContext, infra: Infra, manifest: Manifest, fleet: FleetOptions): Promise<void> {
  try {
    const orphans = await infra.orphanedStacks(manifest, fleet);
    for (const orphan of orphans) context.err(orphanText(orphan));
  } catch (error) {
    context.err(`warning: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function fleetOptions(
  context: CliContext,
  options: Options,
  manifest: Manifest,
  infra: Infra,
): Promise<FleetOptions> {
  const { accounts, concurrency, output, stackPrefix } = options;
  return {
    ...(await awsAccess(context.env, manifest, infra, options.region)),
    directory: output,
    concurrency,
    signal: context.signal,
    ...(accounts && { accounts }),
    ...(stackPrefix !== undefined && { stackPrefix }),
  };
}

function manifestAccounts({ master, roles }: Manifest): string[] {
  return [...new Set([master.account, ...roles.map(({ account }) => account)])];
}

function confirmation(accounts: readonly string[]): UsageError {
  const all = [...new Set(accounts)];
  const count = all.length === 1 ? "1 account" : `${all.length} accounts`;
  return new UsageError(`this deletes the roles in ${count} (${shortList(all)})\n  fix: Add --yes to delete them.`);
}

function shortList(accounts: readonly string[]): string {
  return accounts.length > 5
    ? `${accounts.slice(0, 5).join(", ")} and ${accounts.length - 5} more`
    : accounts.join(", ");
}

function orphanText({ account, stack }: { readonly account: string; readonly stack: string }): string {
  return `orphan: stack ${stack} in account ${account} is no longer in the manifest\n  fix: Run "agent-roles destroy --orphans --yes".`;
}

/** A table of all stacks, each change and each cause of failures once, and the counts. */
function report(results: readonly Shown[]): string {
  if (results.length === 0) return "nothing to do";
  const rows = results.map(({ account, stack, status, code = "" }) => [account, stack, status, code]);
  const details = new Map<string, string[]>();
  for (const { account, changes = [], message, fix = "" } of results) {
    const texts = message === undefined ? changes : [...changes, `${message}\n  fix: ${fix}`];
    for (const text of texts.map((each) => each.replaceAll(account, "<account>"))) {
      details.set(text, [...(details.get(text) ?? []), account]);
    }
  }
  const lines = [...details].map(([text, [first = "", ...more]]) =>
    more.length === 0
      ? `${first}: ${text.replaceAll("<account>", first)}`
      : `${more.length + 1} accounts (${shortList([first, ...more])}): ${text}`,
  );
  const counts = new Map<string, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  const summary = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  return [table(["ACCOUNT", "STACK", "STATUS", "CODE"], rows), ...lines, summary].join("\n");
}

function parseList(text: string): string[] {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length > 0) return items;
  throw new InvalidArgumentError("List account IDs or aliases, separated by commas.");
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,3}$/.test(text) && count > 0) return count;
  throw new InvalidArgumentError("Write a number from 1 to 999.");
}
