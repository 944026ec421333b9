import type { RevokeResult } from "@agent-roles/infra";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { awsAccess, loadInfra } from "../load-infra.ts";
import { repeatable, withManifest } from "../options.ts";
import { table } from "../table.ts";

interface Options {
  readonly manifest: string;
  readonly profile?: readonly string[];
  readonly all?: true;
  readonly undo?: true;
  readonly region?: string;
  readonly json?: true;
}

/** `agent-roles revoke`: denies all sessions that were issued before now. */
export function revokeCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withManifest(new Command("revoke"))
    .description("deny all sessions issued before now, in AWS and in the local cache")
    .addOption(
      repeatable(
        "--profile <profile>",
        "sessions of this profile (repeatable); the master role keeps its sessions and can assume the profile's role again",
      ),
    )
    .option("--all", "sessions of all profiles of the manifest, and of the master role")
    .option("--undo", "allow the sessions again")
    .option("--region <code>", "Region for IAM calls (default: AWS_REGION, then the profile's Region)")
    .option("--json", "print a JSON array of results")
    .action(async (options: Options) => {
      const { profile: profiles, all, undo } = options;
      if ((profiles === undefined) === (all === undefined))
        throw new UsageError("--profile or --all is required\n  fix: Add one of them, not both.");
      const infra = await loadInfra(".");
      const { loadManifest, masterRoleArn, targetRoles } = await import("@agent-roles/manifest");
      const manifest = await loadManifest(options.manifest);
      const targets = targetRoles(manifest).filter(({ profile }) => profiles?.includes(profile) ?? true);
      const missing = profiles?.filter((name) => targets.every(({ profile }) => profile !== name)) ?? [];
      if (missing.length > 0)
        throw new UsageError(
          `${missing.map((name) => `"${name}"`).join(", ")} is not a profile of ${options.manifest}`,
        );
      const { env, clock, signal } = context;
      const access = await awsAccess(env, manifest, infra, options.region);
      const { forgetSessions } = await import("@agent-roles/runtime/stores");
      const arns = targets.map(({ role }) => role.arn);
      const ofTargets = { arns, of: { ...(profiles && { profiles }) } };
      const ofMaster = { arns: [masterRoleArn(manifest).arn, ...arns], of: { isMaster: true } };
      const results: RevokeResult[] = [];
      // The master role first: its sessions could assume the target roles again.
      for (const { arns: forgotten, of } of all ? [ofMaster, ofTargets] : [ofTargets]) {
        // AWS counts the time of issue in seconds.
        const now = new Date(Math.ceil(clock.now() / 1000) * 1000);
        if (!undo) {
          const count = await forgetSessions(forgotten, now, env);
          if (count > 0) context.err(`removed ${count} cached sessions and profile files of this user`);
        }
        const revoked = await infra.revokeSessions(manifest, {
          now,
          ...access,
          ...of,
          signal,
          ...(undo && { isUndo: true }),
          onResult: ({ profile, status }, { done, total }) => context.err(`[${done}/${total}] ${profile} ${status}`),
        });
        results.push(...revoked);
        // Then every session issued from now on works.
        if (!undo) await clock.sleep(Math.max(0, now.getTime() - clock.now()), signal);
      }
      const rows = results.map(({ profile, account, status, code = "" }) => [profile, account, status, code]);
      const details = results.flatMap(({ profile, message, fix }) =>
        message === undefined ? [] : [`${profile}: ${message}\n  fix: ${fix ?? ""}`],
      );
      context.out(
        options.json
          ? JSON.stringify(results, undefined, 2)
          : [table(["PROFILE", "ACCOUNT", "STATUS", "CODE"], rows), ...details].join("\n"),
      );
      if (results.some(({ status }) => status === "failed" || status === "skipped")) exitWith(1);
    });
}
