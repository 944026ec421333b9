import type { AgentRolesError } from "@agent-roles/runtime";
import { type AccessLevel, parseRoleEnv } from "@agent-roles/runtime/role-env";
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
 * the profile, as AWS clients do. Where none is written, it uses those of the cache, or assumes the role.
 */
export function whoamiCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("whoami"))
    .description("print the caller identity of a profile or of the master; exit code 1 if it is not the expected role")
    .addOption(oneProfile("profile of an AWS_ROLE_N (default: the master)"))
    .option("--json", "print JSON")
    .action(async (options: { profile?: string; json?: true; envFile?: string }) => {
      const { receipt, matches, problem } = await (options.profile === undefined
        ? masterReceipt(context, options.envFile)
        : profileReceipt(context, options.profile, options.envFile));
      context.out(options.json ? JSON.stringify(receipt, null, 2) : describe(receipt));
      if (matches) {
        if (problem) context.err(`warning: ${problem.message}\n  fix: ${problem.fix}`);
        return;
      }
      const fix = problem?.fix ?? "Run agent-roles run to rewrite the profile: another tool wrote its credentials.";
      const reason = problem ? `; ${problem.message}` : "";
      context.err(
        `error: ${receipt.profile ?? "the master"} is ${receipt.arn}, not a session of ${receipt.expectedRoleArn}${reason}\n  fix: ${fix}`,
      );
      exitWith(1);
    });
}

interface Answer {
  readonly receipt: Receipt;
  readonly matches: boolean;
  /** Of the profile. */
  readonly problem?: AgentRolesError;
}

async function masterReceipt(context: CliContext, envFile: string | undefined): Promise<Answer> {
  const env = await readEnv(context, envFile);
  const { callerIdentity, connectMaster, isSessionOf } = await import("@agent-roles/runtime/master");
  const roleEnv = parseRoleEnv(env);
  const config = connectMaster(roleEnv, { env, clock: context.clock });
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
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const { callerIdentity, isSessionOf, stsRegion } = await import("@agent-roles/runtime/master");
  const { profileProblem, readSharedProfiles } = await import("@agent-roles/runtime/stores");
  const roles = createAgentRoles({ env, clock: context.clock, cache: true });
  const target = roles.target(profile);
  const shared = await readSharedProfiles(env);
  const problem = await profileProblem(target, shared, context.clock.now());
  if (problem && ["ForeignProfile", "ProfileExpired"].includes(problem.code)) throw problem;
  const stored = shared.managed.find((each) => each.profile === profile);
  const used = stored?.credentials ?? (await roles.credentials(profile)());
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
    access: stored?.access ?? target.access ?? "full",
    ...(task && isOfTask && { task }),
    ...(sourceIdentity && isOfTask && { sourceIdentity }),
    expiration: used.expiration?.toISOString() ?? null,
  };
  return { receipt, matches: isSessionOf(caller.arn, target.role), ...(problem && { problem }) };
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
