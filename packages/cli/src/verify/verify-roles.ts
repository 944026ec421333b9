import type { AgentRoles, AgentRolesError, AgentRolesEvent, ProfileStatus } from "@agent-roles/runtime";
import { type Env, missingAttribution, type ParsedRoleEnv, type RoleArn } from "@agent-roles/runtime/role-env";
import type { CliContext } from "../cli-context.ts";
import { type Repair, repairStatements } from "./repair-statements.ts";

/** One profile after its role was assumed, or was not. */
export interface Verified {
  readonly status: ProfileStatus;
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly fix: string;
    /** Where it failed: the master's credentials or `AWS_MASTER_ROLE_ARN`, or the target role. */
    readonly hop: "master" | "target";
    readonly repair: readonly Repair[];
  };
}

/** What a manifest declares. */
export interface DeclaredRoles {
  readonly expectedRoles?: readonly { readonly profile: string; readonly roleArn: string }[];
  /** Nobody assumes one of the roles without a task. */
  readonly attributionRequired?: boolean;
}

/**
 * Assumes every role without the cache, in parallel, and finds the repair of each refusal: the task and person that the call lacks,
 * where AWS allows it with both, or statements.
 *
 * @param declared - called after a refusal. A role that must have a task gets no statement that would drop this, nor does a former
 * role.
 * @param onProgress - called after each role.
 */
export async function verifyRoles(
  {
    env,
    roleEnv,
    declared,
  }: { readonly env: Env; readonly roleEnv: ParsedRoleEnv; readonly declared: () => Promise<DeclaredRoles> },
  { clock }: Pick<CliContext, "clock">,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Verified[]> {
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const { callerIdentity, connectMaster } = await import("@agent-roles/runtime/master");
  const errors = new Map<string, AgentRolesError>();
  const onEvent = (event: AgentRolesEvent): void => {
    if (event.type === "assumeFailed") errors.set(event.target.profile, event.error);
    if (event.type === "initialProgress") onProgress(event.done, event.total);
  };
  const roles = createAgentRoles({ env, clock, onEvent });
  const statuses = await roles.assumeAll();
  const failedAt = new Set(errors.keys());
  const missing = missingAttribution(roleEnv);
  const refused = statuses.filter(
    ({ profile, failure }) => failedAt.has(profile) && /Denied|NotAllowed/.test(failure?.code ?? ""),
  );
  const asTask = missing
    ? await allowedAsTask(
        refused.map(({ profile }) => profile),
        roles,
        roleEnv,
      )
    : new Set();
  const { expectedRoles = [], attributionRequired = false } = refused.length > 0 ? await declared() : {};
  const isRequired = ({ arn }: RoleArn): boolean =>
    missing !== undefined && attributionRequired && expectedRoles.some(({ roleArn }) => roleArn === arn);
  let ambient: Promise<string | undefined> | undefined;
  const ambientArn = (): Promise<string | undefined> =>
    (ambient ??= callerIdentity(connectMaster({ roles: roleEnv.roles }, { env, clock }), "the master").then(
      ({ arn }) => arn,
      () => undefined,
    ));
  return Promise.all(
    statuses.map(async (status): Promise<Verified> => {
      const { failure, profile } = status;
      if (!failure) return { status };
      const { code, message } = failure;
      // One event reports the master for all roles.
      const hop = failedAt.has(profile) ? "target" : "master";
      if (asTask.has(profile)) {
        const fix = `Set ${missing}: the role requires a task and a person, and AWS allows the same call with both.`;
        return { status, failure: { code, message, fix, hop, repair: [] } };
      }
      const called = hop === "master" ? roleEnv.master : roleEnv.roles.find((each) => each.profile === profile);
      const callerArn = hop === "master" ? await ambientArn() : (roleEnv.master?.role.arn ?? (await ambientArn()));
      const { role, externalId } = called ?? {};
      const isFormer = hop === "target" && !expectedRoles.some(({ roleArn }) => roleArn === role?.arn);
      const current = isFormer ? expectedRoles.find((each) => each.profile === profile) : undefined;
      if (current) {
        const fix = `Write the AWS_ROLE_N values again, with agent-roles deploy or agent-roles env: agent-roles.yaml declares ${current.roleArn} for this profile.`;
        return { status, failure: { code, message, fix, hop, repair: [] } };
      }
      const former =
        isFormer && expectedRoles.length > 0
          ? "agent-roles.yaml does not declare this role: if it is a former role, write the AWS_ROLE_N values again, with agent-roles deploy or agent-roles env. Otherwise: "
          : "";
      const repair =
        role && callerArn !== undefined && !isRequired(role)
          ? repairStatements(
              { role, callerArn, code, message, ...(externalId !== undefined && { externalId }) },
              hop === "master" ? {} : roleEnv,
            )
          : [];
      const caution = missing && repair.length > 0 ? " Where every call must have both, add no statement." : "";
      return { status, failure: { code, message, fix: `${former}${failure.fix}${caution}`, hop, repair } };
    }),
  );
}

/** The profiles whose roles AWS lets the same caller assume for a task and a person: nothing else is missing. */
async function allowedAsTask(
  profiles: readonly string[],
  roles: AgentRoles,
  { task: id = "agent-roles-verify", sourceIdentity: onBehalfOf = "agent-roles-verify" }: ParsedRoleEnv,
): Promise<ReadonlySet<string>> {
  if (profiles.length === 0) return new Set();
  const task = roles.task({ id, onBehalfOf, profiles });
  const allowed = await Promise.all(
    profiles.map((profile) =>
      task
        .credentials(profile)()
        .then(
          () => [profile],
          () => [],
        ),
    ),
  );
  await task.end();
  return new Set(allowed.flat());
}
