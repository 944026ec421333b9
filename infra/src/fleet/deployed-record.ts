import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { accountStackName } from "../account-stack.ts";
import type { ClientIn } from "./calling-session.ts";
import type { FleetOptions } from "./fleet-options.ts";
import type { FleetStack } from "./selected-stacks.ts";

/** Characters of a standard parameter. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const PARAMETER_QUOTA = 4096;

/** Stacks that were deployed and not destroyed since. */
export interface DeployedRecord {
  readonly stacks: readonly FleetStack[];
  /** Why the record cannot be used. */
  readonly problem?: Diagnostic;
  /** @returns why it was not possible. */
  save(stacks: readonly FleetStack[]): Promise<Diagnostic | undefined>;
}

/**
 * Reads the record of deployed stacks in Parameter Store of the master's account: every checkout finds the accounts that left the
 * manifest, without rights in AWS Organizations. Never throws: a fleet can be deployed without the record.
 */
export async function deployedRecord(
  clientIn: ClientIn,
  manifest: Manifest,
  { stackPrefix = "" }: Pick<FleetOptions, "stackPrefix">,
): Promise<DeployedRecord> {
  const { DeleteParametersCommand, paginateGetParametersByPath, PutParameterCommand, SSMClient } =
    await import("@aws-sdk/client-ssm");
  const { account } = manifest.master;
  const client = new SSMClient(clientIn(account));
  const path = `/agent-roles/deployed/${stackPrefix}stacks`;
  const problem = (error: unknown): Diagnostic => ({
    path: `${path} (Parameter Store of account ${account})`,
    message: `cannot use the record of deployed stacks: ${error instanceof Error ? error.message : String(error)}`,
    fix: `Allow ssm:GetParametersByPath, ssm:PutParameter and ssm:DeleteParameters for ${deployRoleArn(manifest, account)}, or accounts that leave the manifest are not found.`,
  });
  const stored = new Map<string, string>();
  try {
    for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path })) {
      for (const { Name = "", Value = "" } of Parameters) stored.set(Name, Value);
    }
  } catch (error) {
    return { stacks: [], problem: problem(error), save: async () => undefined };
  }
  return {
    stacks: [...stored.values()].flatMap((value) => parseRecord(value, stackPrefix)),
    async save(stacks) {
      const values = new Map(formatRecord(stacks).map((value, index) => [`${path}/${index + 1}`, value]));
      try {
        for (const [Name, Value] of values) {
          if (stored.get(Name) === Value) continue;
          const Description = "Accounts in which agent-roles has deployed stacks.";
          await client.send(new PutParameterCommand({ Name, Value, Description, Type: "StringList", Overwrite: true }));
          stored.set(Name, Value);
        }
        const Names = [...stored.keys()].filter((name) => !values.has(name));
        if (Names.length > 0) await client.send(new DeleteParametersCommand({ Names }));
        for (const name of Names) stored.delete(name);
        return undefined;
      } catch (error) {
        return problem(error);
      }
    },
  };
}

/** `123456789012,123456789013,123456789013-2`, in as many values as needed; each is an account and the number of its stack. */
export function formatRecord(stacks: readonly FleetStack[]): string[] {
  const entries = new Set(stacks.map(({ stack }) => /\d{12}(-\d+)?$/.exec(stack)?.[0] ?? ""));
  const values: string[] = [];
  for (const entry of [...entries].toSorted()) {
    const last = values.at(-1);
    const isFull = last === undefined || last.length + entry.length + 1 > PARAMETER_QUOTA;
    if (isFull) values.push(entry);
    else values[values.length - 1] = `${last},${entry}`;
  }
  return values;
}

/** Entries that are not written by {@link formatRecord} are passed over. */
export function parseRecord(value: string, stackPrefix: string): FleetStack[] {
  return value.split(",").flatMap((entry) => {
    const [, account, number = "1"] = /^(\d{12})(?:-(\d+))?$/.exec(entry.trim()) ?? [];
    if (account === undefined) return [];
    return [{ account, stack: accountStackName({ account, number: Number(number) }, stackPrefix) }];
  });
}
