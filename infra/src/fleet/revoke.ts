import { groupBy } from "@agent-roles/iam";
import { deployRoleArn, type Manifest, masterRoleArn, targetRoles } from "@agent-roles/manifest";
import { InfraError } from "../infra-error.ts";
import { callingSession } from "./calling-session.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { forEachGroup } from "./for-each-group.ts";
import { retried } from "./retried.ts";

export interface RevokeOptions {
  /** Profiles of the manifest. Default: all. */
  readonly profiles?: readonly string[];
  /** The master role instead of profiles. */
  readonly isMaster?: boolean;
  /** Removes the policy instead. */
  readonly isUndo?: boolean;
  /** Sessions issued before this time are denied. */
  readonly now: Date;
  readonly region: string;
  /** @see FleetOptions */
  readonly requestHandler?: FleetOptions["requestHandler"];
  /** Accounts at a time. Default 10. */
  readonly concurrency?: number;
  readonly onResult?: (result: RevokeResult, progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** What happened to the sessions of one profile, or of the master role, as `(master)`. */
export interface RevokeResult {
  readonly profile: string;
  readonly account: string;
  readonly roleArn: string;
  readonly status: "revoked" | "restored" | "unchanged" | "failed" | "skipped";
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
}

/** The name that the IAM console gives to this policy. */
const POLICY_NAME = "AWSRevokeOlderSessions";
const CONCURRENCY = 10;
const RETRY_DELAY_MS = 1000;

/**
 * Denies every session of the roles that was issued before now, in each account by itself. Sessions issued later work. Running it
 * again, also after an interruption, is safe. The policy is not part of the stack, so a diff stays empty; undo it before a role is
 * destroyed.
 *
 * @returns a result per profile, in the order of the manifest.
 * @throws {InfraError} `WrongPartition`, or `SessionUnusable`, also when the calling session is one of those that are to be revoked.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export async function revokeSessions(manifest: Manifest, options: RevokeOptions): Promise<RevokeResult[]> {
  const { profiles, isMaster = false, isUndo = false, now, concurrency = CONCURRENCY, onResult, signal } = options;
  const master = { profile: "(master)", role: masterRoleArn(manifest) };
  const targets = (isMaster ? [master] : targetRoles(manifest))
    .filter(({ profile }) => isMaster || (profiles?.includes(profile) ?? true))
    .map(({ profile, role }) => ({ profile, account: role.accountId, roleArn: role.arn, roleName: role.roleName }));
  const { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } = await import("@aws-sdk/client-iam");
  const clientIn = await callingSession(manifest, options);
  const isOwn = ({ account, roleName }: { readonly account: string; readonly roleName: string }): boolean =>
    clientIn.callerArn.includes(`::${account}:assumed-role/${roleName}/`);
  if (isMaster && !isUndo && targets.some(isOwn)) {
    const message = `${clientIn.callerArn} is a session of the master role, which would be denied, too`;
    const fix = "Use the credentials that deploy the roles.";
    throw new InfraError("SessionUnusable", [{ path: "credentials", message, fix }]);
  }
  const results = new Map<string, RevokeResult>();
  const revokeGroup = async (group: typeof targets): Promise<void> => {
    const account = group[0]?.account ?? "";
    const deployRole = deployRoleArn(manifest, account);
    const client = new IAMClient(clientIn(account));
    for (const { roleName, ...target } of group) {
      const name = { RoleName: roleName, PolicyName: POLICY_NAME };
      const put = { ...name, PolicyDocument: JSON.stringify(denyOlderThan(now)) };
      const call = async (): Promise<Pick<RevokeResult, "status">> => {
        if (!isUndo) return client.send(new PutRolePolicyCommand(put)).then(() => ({ status: "revoked" }));
        return client.send(new DeleteRolePolicyCommand(name)).then(
          () => ({ status: "restored" }),
          (error: unknown) => {
            if (error instanceof Error && error.name === "NoSuchEntityException") return { status: "unchanged" };
            throw error;
          },
        );
      };
      const retries = { role: deployRole, name: target.roleArn, delayMs: RETRY_DELAY_MS, signal };
      const result = { ...target, ...(await retried(call, retries)) };
      results.set(target.profile, result);
      onResult?.(result, { done: results.size, total: targets.length });
    }
  };
  // The role of the calling session last: after that the session can assume no deploy role.
  for (const part of [targets.filter((target) => !isOwn(target)), targets.filter(isOwn)]) {
    const groups = [...groupBy(part, ({ account }) => account).values()];
    await forEachGroup(groups, { concurrency, signal }, revokeGroup);
  }
  return targets.map(
    ({ roleName: _roleName, ...target }) => results.get(target.profile) ?? { ...target, status: "skipped" },
  );
}

function denyOlderThan(now: Date): unknown {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": now.toISOString() } };
  return { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: ["*"], Resource: ["*"], Condition }] };
}
