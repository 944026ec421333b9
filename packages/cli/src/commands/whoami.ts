import type { AccessLevel } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { timestamp } from "../duration.ts";
import { oneProfile } from "../options.ts";
import { readEnv, readRoleEnv, withEnvFile } from "../read-env.ts";

/** Who a profile really is, as STS answers it. The shape is fixed. */
interface Receipt {
  /** `null` for the master. */
  readonly profile: string | null;
  readonly accountId: string;
  readonly arn: string;
  readonly expectedRoleArn: string | null;
  readonly region: string;
  readonly access: AccessLevel;
  readonly task?: string;
  readonly sourceIdentity?: string;
  readonly expiration: string | null;
}

/**
 * `agent-roles whoami`: gets a profile's caller identity from STS and compares it with the role in `AWS_ROLE_N`. Uses the credentials of
 * the profile, else those of the cache, and assumes the role only if both have none.
 */
export function whoamiCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("whoami"))
    .description("print the caller identity of a profile or of the master; exit code 1 if it is not the expected role")
    .addOption(oneProfile("profile of an AWS_ROLE_N (default: the master)"))
    .option("--json", "print JSON")
    .action(async (options: { profile?: string; json?: true; envFile?: string }) => {
      const { receipt, matches } = await (options.profile === undefined
        ? masterReceipt(context, options.envFile)
        : profileReceipt(context, options.profile, options.envFile));
      context.out(options.json ? JSON.stringify(receipt, null, 2) : describe(receipt));
      if (matches) return;
      context.err(
        `error: ${receipt.profile ?? "the master"} is ${receipt.arn}, not a session of ${receipt.expectedRoleArn}\n` +
          "  fix: run agent-roles run to rewrite the profile; another tool, or another AWS_ROLE_N, wrote the credentials that are in use",
      );
      exitWith(1);
    });
}

interface Answer {
  readonly receipt: Receipt;
  readonly matches: boolean;
}

async function masterReceipt(context: CliContext, envFile: string | undefined): Promise<Answer> {
  const env = await readEnv(context, envFile);
  const { callerIdentity, isSessionOf, masterConfig, parseRoleEnv } = await import("@agent-roles/runtime");
  const roleEnv = parseRoleEnv(env);
  const config = masterConfig(roleEnv, { env, clock: context.clock });
  const caller = await callerIdentity(config, "the master");
  const { expiration } = await config.credentials();
  const expected = roleEnv.master?.role;
  const receipt = {
    profile: null,
    ...caller,
    expectedRoleArn: expected?.arn ?? null,
    region: config.region,
    access: "full",
    expiration: expiration?.toISOString() ?? null,
  } as const;
  return { receipt, matches: !expected || isSessionOf(caller.arn, expected) };
}

async function profileReceipt(context: CliContext, profile: string, envFile: string | undefined): Promise<Answer> {
  const { env, roleEnv } = await readRoleEnv(context, envFile);
  const { callerIdentity, createAgentRoles, isSessionOf, readSharedProfiles, stsRegion } =
    await import("@agent-roles/runtime");
  const roles = createAgentRoles({ env, clock: context.clock, cache: true });
  const target = roles.target(profile);
  const { managed, foreign } = await readSharedProfiles(env);
  const notOurs = foreign.get(profile);
  if (notOurs) throw notOurs;
  const stored = managed.find((each) => each.profile === profile);
  const isValid = stored && stored.credentials.expiration.getTime() > context.clock.now();
  const used = isValid ? stored.credentials : await roles.credentials(profile)();
  const region = target.region ?? stsRegion(env, target.role.partition);
  const caller = await callerIdentity({ region, credentials: async () => used }, profile);
  const { sourceIdentity, task } = roleEnv;
  // A profile that something else keeps is not of this task.
  const isOfTask = task === undefined || caller.arn.endsWith(`/${task}`);
  const receipt = {
    profile,
    ...caller,
    expectedRoleArn: target.role.arn,
    region,
    access: isValid ? stored.access : (target.access ?? "full"),
    ...(task && isOfTask && { task }),
    ...(sourceIdentity && isOfTask && { sourceIdentity }),
    expiration: used.expiration?.toISOString() ?? null,
  };
  return { receipt, matches: isSessionOf(caller.arn, target.role) };
}

function describe(receipt: Receipt): string {
  const { profile, accountId, arn, expectedRoleArn, region, access, task, sourceIdentity, expiration } = receipt;
  const rows = [
    ["profile", profile ?? "(master)"],
    ["account", accountId],
    ["arn", arn],
    ["expected", expectedRoleArn ?? "(no AWS_MASTER_ROLE_ARN is set)"],
    ["region", region],
    ["access", access],
    ...(task ? [["task", task]] : []),
    ...(sourceIdentity ? [["source identity", sourceIdentity]] : []),
    ["expiration", expiration ? timestamp(new Date(expiration)) : "(does not expire)"],
  ];
  return rows.map(([name = "", value = ""]) => `${name.padEnd(15)}  ${value}`).join("\n");
}
