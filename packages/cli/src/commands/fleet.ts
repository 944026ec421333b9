import type { Manifest } from "@agent-roles/manifest";
import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { type FleetOptions, type Infra, loadInfra, type StackResult } from "../load-infra.ts";
import { withManifest } from "../manifest-option.ts";
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

type ExitWith = (code: ExitCode) => void;

/** `agent-roles deploy`: the stacks of all accounts, each account by itself. */
export function deployCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand(
    "deploy",
    "deploy the roles of the manifest; a failure in one account does not affect the others",
  ).action((options: Options) => runFleet(context, exitWith, options, (infra) => infra.deployFleet));
}

/** `agent-roles diff`: what `deploy` would change. */
export function diffCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand("diff", "compare the deployed roles with the manifest").action((options: Options) =>
    runFleet(context, exitWith, options, (infra) => infra.diffFleet),
  );
}

/** `agent-roles destroy`: deletes stacks, also those of accounts that left the manifest. */
export function destroyCommand(context: CliContext, exitWith: ExitWith): Command {
  return fleetCommand("destroy", "delete the stacks of the manifest")
    .option("--orphans", "delete only the stacks whose accounts left the manifest")
    .option("--yes", "delete without asking; required")
    .action((options: Options) => runFleet(context, exitWith, options, (infra) => infra.destroyFleet, true));
}

function fleetCommand(name: string, description: string): Command {
  return withManifest(new Command(name))
    .description(description)
    .option("--accounts <list>", "only these account ids or aliases, comma-separated", parseList)
    .option("--concurrency <number>", "accounts at a time", parseCount, 10)
    .option("--region <code>", "Region of the stacks (default: AWS_REGION, then the profile's Region)")
    .option("--stack-prefix <text>", "prefix of the stack names")
    .option("--output <directory>", "where templates and agent-roles.env are written", "cdk.out")
    .option("--json", "print a JSON array of results");
}

async function runFleet(
  context: CliContext,
  exitWith: ExitWith,
  options: Options,
  actionOf: (infra: Infra) => Infra["deployFleet"],
  isDestroy = false,
): Promise<void> {
  const infra = await loadInfra(".");
  const { loadManifest } = await import("@agent-roles/manifest");
  const { formatDiagnostic } = await import("@agent-roles/runtime/role-env");
  const manifest = await loadManifest(options.manifest, {
    onWarning: (warning) => context.err(`warning: ${formatDiagnostic(warning)}`),
  });
  try {
    const fleet = await fleetOptions(context, options, manifest, infra);
    const orphans = await infra.orphanedStacks(manifest, fleet);
    const accounts = options.orphans ? [...new Set(orphans.map(({ account }) => account))] : fleet.accounts;
    if (isDestroy && !options.yes) throw confirmation(accounts ?? manifestAccounts(manifest));
    const run = actionOf(infra);
    const isIdle = options.orphans === true && orphans.length === 0;
    const results = isIdle ? [] : await run(manifest, { ...fleet, ...(accounts && { accounts }) });
    context.out(options.json ? JSON.stringify(results, undefined, 2) : report(results));
    if (!isDestroy) for (const orphan of orphans) context.err(orphanText(orphan));
    if (results.some(({ status }) => status === "failed" || status === "skipped")) exitWith(1);
  } catch (error) {
    if (error instanceof Error && error.name === "InfraError") throw new UsageError(error.message);
    throw error;
  }
}

async function fleetOptions(
  context: CliContext,
  options: Options,
  manifest: Manifest,
  infra: Infra,
): Promise<FleetOptions> {
  const { accounts, concurrency, output, stackPrefix } = options;
  const { env } = context;
  return {
    region: await infra.fleetRegion(
      manifest.partition,
      options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"],
    ),
    directory: output,
    concurrency,
    signal: context.signal,
    ...(accounts && { accounts }),
    ...(stackPrefix !== undefined && { stackPrefix }),
    onResult: ({ account, stack, status, code }, { done, total }) =>
      context.err(`[${done}/${total}] ${account} ${stack} ${status}${code === undefined ? "" : ` (${code})`}`),
  };
}

function manifestAccounts({ master, roles }: Manifest): string[] {
  return [...new Set([master.account, ...roles.map(({ account }) => account)])];
}

function confirmation(accounts: readonly string[]): UsageError {
  const shown =
    accounts.length > 5 ? `${accounts.slice(0, 5).join(", ")} and ${accounts.length - 5} more` : accounts.join(", ");
  return new UsageError(
    `this deletes the roles in ${accounts.length} accounts (${shown})\n  fix: Add --yes to delete them.`,
  );
}

function orphanText({ account, stack }: { readonly account: string; readonly stack: string }): string {
  return `orphan: stack ${stack} in account ${account} is no longer in the manifest\n  fix: Run "agent-roles destroy --orphans --yes".`;
}

/** A table of all stacks, the failures with their fixes, and the counts. */
function report(results: readonly StackResult[]): string {
  const rows = results.map(({ account, stack, status, code = "" }) => [account, stack, status, code]);
  const details = results.flatMap(({ account, message, fix, changes = [] }) => [
    ...changes.map((change) => `${account}  ${change}`),
    ...(message === undefined ? [] : [`${account}: ${message}\n  fix: ${fix ?? ""}`]),
  ]);
  const counts = new Map<string, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  const summary = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  return [table(["ACCOUNT", "STACK", "STATUS", "CODE"], rows), ...details, summary || "nothing to do"].join("\n");
}

function parseList(text: string): string[] {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length > 0) return items;
  throw new InvalidArgumentError("List account ids or aliases, separated by commas.");
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,3}$/.test(text) && count > 0) return count;
  throw new InvalidArgumentError("Write a number from 1 to 999.");
}
