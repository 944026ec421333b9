import type { Manifest } from "@agent-roles/manifest";
import type { TrustContext, TrustRole } from "@agent-roles/trust";
import { parseRoleArn } from "@agent-roles/runtime/role-env";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "./cli-context.ts";
import { collect } from "./collect-option.ts";
import { UsageError } from "./describe-error.ts";
import { readEnv } from "./read-env.ts";

/** What `check`, `explain` and `graph` read: paths, a manifest, an environment, live accounts. */
export function withTrustSet(command: Command): Command {
  return command
    .argument("[path...]", "cdk.out, templates, Terraform plans, policies (default: cdk.out)")
    .option(
      "--manifest <file>",
      "accounts, master and trust: section from this manifest (agent-roles.yaml if it is there)",
    )
    .option("--no-manifest", "read no manifest")
    .option("--live", "the roles of the account whose credentials are in use, too (reads IAM, changes nothing)")
    .addOption(
      new Option("--profile <profile>", "with --live: this profile's account instead; repeat it for more").argParser(
        collect,
      ),
    )
    .option(
      "--env-file <file>",
      "read AWS_ROLE_N from a dotenv file, in place of the manifest's, and what --live needs",
    );
}

/** `--role-arn`, for commands that read standalone policy files. */
export function roleArnOption(): Option {
  const description = "ARN of the role that a standalone trust policy file belongs to";
  return new Option("--role-arn <arn>", description).argParser((text: string) => {
    if (parseRoleArn(text)) return text;
    throw new InvalidArgumentError(
      "A role's ARN is arn:aws:iam::<12 digits>:role/<name>, with its path before the name.",
    );
  });
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
}

/** Roles and what is known beside them. */
export interface TrustSet {
  readonly roles: readonly TrustRole[];
  readonly files: readonly string[];
  readonly liveAccounts: readonly string[];
  readonly context: TrustContext;
  readonly manifest: Manifest | undefined;
}

/**
 * Reads the roles that paths name, live accounts, and the manifest.
 *
 * @param paths none means `cdk.out`, or, with `live`, nothing beside the live accounts.
 * @throws {UsageError}, {TrustInputError} or {ManifestError} when one of them cannot be read.
 */
export async function readTrustSet(
  paths: readonly string[],
  options: TrustSetOptions,
  cli: CliContext,
): Promise<TrustSet> {
  const { manifest: choice, live: isLive, profile: profiles = [], envFile, roleArn } = options;
  if (profiles.length > 0 && !isLive) throw new UsageError("--profile says whose account --live reads; add --live");
  const { liveAccounts, loadTrustRoles } = await import("@agent-roles/templates");
  const { manifest, context } = await readContext(choice);
  const env = await readEnv(cli, envFile);
  const live = isLive && (await liveAccounts(profiles, { ...cli, env }));
  const loaded = await loadTrustRoles(paths, {
    cwd: ".",
    ...(live && { live }),
    ...(roleArn !== undefined && { roleArn }),
  });
  const environment = envFile === undefined ? {} : await environmentContext(env, envFile);
  const known: TrustContext = { ...context, ...environment };
  const isPartial = isLive === true && paths.length === 0;
  return { ...loaded, manifest, context: isPartial ? withinAccounts(known, loaded.liveAccounts) : known };
}

/** Of accounts that nobody has looked at, it cannot be said that a role is missing there. */
function withinAccounts(context: TrustContext, accounts: readonly string[]): TrustContext {
  const { expectedRoles } = context;
  if (!expectedRoles) return context;
  return {
    ...context,
    expectedRoles: expectedRoles.filter(({ roleArn }) => accounts.includes(roleArn.split(":")[4] ?? "")),
  };
}

const USUAL_MANIFEST = "agent-roles.yaml";

async function readContext(choice: ManifestChoice): Promise<Pick<TrustSet, "manifest" | "context">> {
  if (choice === false) return { manifest: undefined, context: {} };
  const { loadManifest, ManifestError, trustContext } = await import("@agent-roles/manifest");
  const file = choice ?? USUAL_MANIFEST;
  try {
    const manifest = await loadManifest(file);
    return { manifest, context: trustContext(manifest, file) };
  } catch (error) {
    const isMissing = error instanceof ManifestError && error.code === "ManifestNotFound";
    if (choice === undefined && isMissing) return { manifest: undefined, context: {} };
    throw error;
  }
}

/** The `AWS_ROLE_N` of a file, for comparing them with the roles; a file without any leaves what the manifest says. */
async function environmentContext(
  env: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<Pick<TrustContext, "expectedRoles" | "masterRoleArn">> {
  const { parseRoleEnv } = await import("@agent-roles/runtime/role-env");
  const { roles, master } = parseRoleEnv(env);
  const expectedRoles = roles.map(({ number, profile, role, externalId, durationSeconds }) => ({
    variable: `AWS_ROLE_${number}`,
    profile,
    roleArn: role.arn,
    ...(externalId !== undefined && { externalId }),
    ...(durationSeconds !== undefined && { durationSeconds }),
    location: { file, path: `AWS_ROLE_${number}` },
  }));
  return { ...(roles.length > 0 && { expectedRoles }), ...(master && { masterRoleArn: master.role.arn }) };
}
