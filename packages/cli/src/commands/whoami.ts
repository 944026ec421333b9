import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { timestamp } from "../duration.ts";
import { readEnv, readRoleEnv, withEnvFile } from "../read-env.ts";

interface Identity {
  readonly profile: string | null;
  readonly accountId: string;
  readonly arn: string;
  readonly expectedRoleArn: string | null;
  readonly region: string;
  readonly expiration: string | null;
}

/** `agent-roles whoami`: gets a profile's caller identity from STS and compares it with the role in `AWS_ROLE_N`. */
export function whoamiCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("whoami"))
    .description("print the caller identity of a profile or of the master; exit code 1 if it is not the expected role")
    .option("--profile <profile>", "profile of an AWS_ROLE_N (default: the master)")
    .option("--json", "print JSON")
    .action(async (options: { profile?: string; json?: true; envFile?: string }) => {
      const { identity, matches } = await (options.profile === undefined
        ? masterIdentity(context, options.envFile)
        : profileIdentity(context, options.profile, options.envFile));
      context.out(options.json ? JSON.stringify(identity, null, 2) : describe(identity));
      if (matches) return;
      context.err(
        `error: ${identity.profile ?? "the master"} is ${identity.arn}, not a session of ${identity.expectedRoleArn}\n` +
          "  fix: run agent-roles run to rewrite the profile; another tool, or another AWS_ROLE_N, wrote the credentials that are in use",
      );
      exitWith(1);
    });
}

interface Answer {
  readonly identity: Identity;
  readonly matches: boolean;
}

async function masterIdentity(context: CliContext, envFile: string | undefined): Promise<Answer> {
  const env = await readEnv(context, envFile);
  const { callerIdentity, isSessionOf, masterConfig, parseRoleEnv } = await import("@agent-roles/runtime");
  const roleEnv = parseRoleEnv(env);
  const config = masterConfig(roleEnv, { env, clock: context.clock });
  const caller = await callerIdentity(config, "the master");
  const { expiration } = await config.credentials();
  const expected = roleEnv.master?.role;
  const identity = {
    profile: null,
    ...caller,
    expectedRoleArn: expected?.arn ?? null,
    region: config.region,
    expiration: expiration?.toISOString() ?? null,
  };
  return { identity, matches: !expected || isSessionOf(caller.arn, expected) };
}

/** Uses the credentials that a client of this profile finds in the shared file, or else new ones. */
async function profileIdentity(context: CliContext, profile: string, envFile: string | undefined): Promise<Answer> {
  const { env } = await readRoleEnv(context, envFile);
  const { callerIdentity, createAgentRoles, isSessionOf, readSharedProfiles, stsRegion } =
    await import("@agent-roles/runtime");
  const roles = createAgentRoles({ env, clock: context.clock });
  const target = roles.target(profile);
  const { managed, foreign } = await readSharedProfiles(env);
  const notOurs = foreign.get(profile);
  if (notOurs) throw notOurs;
  const stored = managed.find((each) => each.profile === profile)?.credentials;
  const isValid = stored && stored.expiration.getTime() > context.clock.now();
  const used = isValid ? stored : await roles.credentials(profile)();
  const region = target.region ?? stsRegion(env, target.role.partition);
  const caller = await callerIdentity({ region, credentials: async () => used }, profile);
  const identity = {
    profile,
    ...caller,
    expectedRoleArn: target.role.arn,
    region,
    expiration: used.expiration?.toISOString() ?? null,
  };
  return { identity, matches: isSessionOf(caller.arn, target.role) };
}

function describe({ profile, accountId, arn, expectedRoleArn, region, expiration }: Identity): string {
  const rows = [
    ["profile", profile ?? "(master)"],
    ["account", accountId],
    ["arn", arn],
    ["expected", expectedRoleArn ?? "(no AWS_MASTER_ROLE_ARN is set)"],
    ["region", region],
    ["expiration", expiration ? timestamp(new Date(expiration)) : "(does not expire)"],
  ];
  return rows.map(([name = "", value = ""]) => `${name.padEnd(10)}  ${value}`).join("\n");
}
