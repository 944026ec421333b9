import type { Manifest } from "@agent-roles/manifest";
import { parseArn } from "@agent-roles/iam";
import {
  definedOnly,
  type Env,
  formatDiagnostic,
  isRegion,
  parseRoleArn,
  parseRoleEnv,
} from "@agent-roles/runtime/role-env";
import type { LiveAccount, LoadedRoles, LoadOptions } from "@agent-roles/templates";
import type { TrustContext } from "@agent-roles/trust";
import type { Command, Option } from "commander";
import type { CliContext } from "./cli-context.ts";
import { parsed, repeatable } from "./options.ts";
import { UsageError } from "./usage-error.ts";
import { readEnv } from "./read-env.ts";

/** What `check`, `explain` and `graph` read: paths, a manifest, an environment, live accounts. */
export function withTrustSet(command: Command): Command {
  return command
    .argument("[path...]", "cdk.out, templates, Terraform plans, policies (default: cdk.out)")
    .option(
      "--manifest <file>",
      "manifest with accounts, master and trust: section (default: agent-roles.yaml, if it exists)",
    )
    .option("--no-manifest", "read no manifest")
    .option("--live", "also read the roles of the account of the current credentials (changes nothing)")
    .addOption(repeatable("--profile <profile>", "with --live: read this profile's account instead (repeatable)"))
    .option(
      "--env-file <file>",
      "dotenv file with AWS_ROLE_N, instead of the manifest's, and with the variables that --live needs",
    )
    .addOption(repeatable("--exclude <glob>", "skip files and directories with this name or path (repeatable)"))
    .addOption(repeatable("--own-account <id>", "own account ID; a single one is also AWS::AccountId (repeatable)"))
    .option("--region <region>", "Region of templates that do not name one; it determines the partition")
    .addOption(repeatable("--parameter <name=value>", "value of a template parameter (repeatable)"));
}

/** `--role-arn`, for commands that read standalone policy files. */
export function roleArnOption(): Option {
  return parsed(
    "--role-arn <arn>",
    "ARN of the role that a standalone trust policy file belongs to",
    (text) => parseRoleArn(text)?.arn,
    "Use arn:aws:iam::<12 digits>:role/<name>, with the path before the name.",
  );
}

/** As commander gives it: `false` for `--no-manifest`. */
type ManifestChoice = string | false | undefined;

export interface TrustSetOptions {
  readonly manifest: ManifestChoice;
  readonly live?: true;
  readonly profile?: readonly string[];
  readonly envFile?: string;
  /** The role that a standalone trust policy file belongs to. */
  readonly roleArn?: string;
  readonly exclude?: readonly string[];
  readonly ownAccount?: readonly string[];
  readonly region?: string;
  readonly parameter?: readonly string[];
}

/** Roles and what is known beside them. */
export interface TrustSet extends LoadedRoles {
  readonly context: TrustContext;
  readonly manifest: Manifest | undefined;
}

/**
 * Reads the roles that paths name, live accounts, and the manifest. Warnings about the files go to standard error.
 *
 * @param paths none means `cdk.out`, or, with `live`, nothing beside the live accounts.
 * @throws {UsageError}, {TrustInputError} or {ManifestError} when one of them cannot be read.
 */
export async function readTrustSet(
  paths: readonly string[],
  options: TrustSetOptions,
  cli: CliContext,
): Promise<TrustSet> {
  const { manifest: choice, live: isLive, profile: profiles = [], envFile, ownAccount = [] } = options;
  if (profiles.length > 0 && !isLive)
    throw new UsageError("--profile selects the account that --live reads\n  fix: Add --live.");
  const own = accountIds("--own-account", ownAccount);
  const inputs = inputOptions(options);
  const { loadTrustRoles } = await import("@agent-roles/templates");
  const { manifest, context } = await readContext(choice);
  const env = await readEnv(cli, envFile);
  const live = isLive && (await accountsToRead(profiles, env, cli));
  const loaded = await loadTrustRoles(paths, { cwd: ".", ...inputs, ...(live && { live }) });
  for (const warning of loaded.warnings) cli.err(`warning: ${formatDiagnostic(warning)}`);
  const environment = envFile === undefined ? {} : environmentContext(env, envFile);
  const accounts = context.accounts ?? loaded.roles.flatMap(({ arn }) => parseArn(arn)?.account ?? []);
  const known: TrustContext = {
    ...context,
    ...environment,
    oidcClientIds: loaded.oidcClientIds,
    now: cli.clock.now(),
    ...(own.length > 0 && { accounts: [...accounts, ...own] }),
  };
  return {
    ...loaded,
    manifest,
    context: isPartial(paths, options) ? withinAccounts(known, loaded.liveAccounts) : known,
  };
}

/** Whether only some of the manifest's accounts may have been looked at. */
export function isPartial(paths: readonly string[], { live }: Pick<TrustSetOptions, "live">): boolean {
  return live === true && paths.length === 0;
}

/** Reports on standard error what was not read, for commands whose output has no place for it. */
export function warnOfUnread({ unread }: LoadedRoles, cli: CliContext): void {
  for (const each of unread) cli.err(`warning: not read: ${formatDiagnostic(each)}`);
}

/**
 * The credentials for reading live accounts: those of each profile, or the current ones when no profile is named. A profile that an
 * `AWS_ROLE_N` declares is that role, assumed through the master; any other is one of the AWS configuration files.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` for mistakes in the variables, where a profile is named.
 */
async function accountsToRead(profiles: readonly string[], env: Env, { clock }: CliContext): Promise<LiveAccount[]> {
  // The SDK is behind it, and an offline check does not pay for that.
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const { stsRegion } = await import("@agent-roles/runtime/master");
  if (profiles.length === 0) return [{ region: stsRegion(env) }];
  const { roles } = parseRoleEnv(env);
  const agent = createAgentRoles({ env, clock });
  return [...new Set(profiles)].map((profile) => {
    const target = roles.find((role) => role.profile === profile);
    if (!target) return { profile, region: stsRegion(env) };
    return { profile, region: stsRegion(env, target.role.partition), credentials: agent.credentials(profile) };
  });
}

/** @throws {UsageError} naming the flag, the value and the fix. */
function inputOptions(options: TrustSetOptions): Omit<LoadOptions, "cwd"> {
  const { exclude, ownAccount: [account, ...others] = [], parameter = [], region, roleArn } = options;
  if (region !== undefined && !isRegion(region)) {
    throw new UsageError(`--region "${region}" is not a Region\n  fix: Use a Region code, such as eu-central-1.`);
  }
  const pairs = parameter.map((text) => splitPair("--parameter", text, "name=value, such as Stage=prod"));
  return {
    environment: definedOnly({ account: others.length === 0 ? account : undefined, region }),
    parameters: Object.fromEntries(pairs),
    ...definedOnly({ exclude, roleArn }),
  };
}

/** @throws {UsageError} when one is not twelve digits. */
export function accountIds(flag: string, ids: readonly string[]): readonly string[] {
  for (const id of ids) {
    if (!/^\d{12}$/.test(id)) throw new UsageError(`${flag} "${id}" is not an account ID\n  fix: Use twelve digits.`);
  }
  return ids;
}

/** `name=value`. @throws {UsageError} when it has another form. */
export function splitPair(flag: string, text: string, form: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${flag} "${text}" has no "="\n  fix: Write ${form}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** In accounts that were not read, no role can be reported as missing. */
function withinAccounts(context: TrustContext, accounts: readonly string[]): TrustContext {
  const { expectedRoles } = context;
  if (!expectedRoles) return context;
  return {
    ...context,
    expectedRoles: expectedRoles.filter(({ roleArn }) => accounts.includes(parseRoleArn(roleArn)?.accountId ?? "")),
  };
}

async function readContext(choice: ManifestChoice): Promise<Pick<TrustSet, "manifest" | "context">> {
  if (choice === false) return { manifest: undefined, context: {} };
  const { loadTrustContext } = await import("@agent-roles/manifest");
  return choice === undefined ? loadTrustContext("agent-roles.yaml", { optional: true }) : loadTrustContext(choice);
}

/** The `AWS_ROLE_N` of a file, for comparing them with the roles; a file without any leaves what the manifest says. */
function environmentContext(env: Env, file: string): Pick<TrustContext, "expectedRoles" | "masterRoleArn"> {
  const { roles, master } = parseRoleEnv(env);
  const expectedRoles = roles.map(({ number, profile, role, externalId, durationSeconds }) => ({
    variable: `AWS_ROLE_${number}`,
    profile,
    roleArn: role.arn,
    ...definedOnly({ externalId, durationSeconds }),
    location: { file, path: `AWS_ROLE_${number}` },
  }));
  return { ...(roles.length > 0 && { expectedRoles }), ...(master && { masterRoleArn: master.role.arn }) };
}
