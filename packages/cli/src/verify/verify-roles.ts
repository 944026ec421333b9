import type { AgentRoles, AgentRolesError, AgentRolesEvent, ProfileStatus } from "@agent-roles/runtime";
import { type Env, missingAttribution, type ParsedRoleEnv } from "@agent-roles/runtime/role-env";
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

/**
 * Assumes every role anew, in parallel, and names for each refusal what would repair it: the task and person that the call lacks, where AWS
 * allows it with both, or statements.
 *
 * @param requiring - the ARNs of the roles that a manifest lets nobody assume without a task: they get no statement that would.
 * @param onProgress - called after each role.
 */
export async function verifyRoles(
  {
    env,
    roleEnv,
    requiring,
  }: { readonly env: Env; readonly roleEnv: ParsedRoleEnv; readonly requiring: () => Promise<ReadonlySet<string>> },
  { clock }: Pick<CliContext, "clock">,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Verified[]> {
  const { callerIdentity, createAgentRoles, masterConfig } = await import("@agent-roles/runtime");
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
  const required = missing && refused.length > 0 ? await requiring() : new Set();
  let ambient: Promise<string | undefined> | undefined;
  const ambientArn = (): Promise<string | undefined> =>
    (ambient ??= callerIdentity(masterConfig({ roles: roleEnv.roles }, { env, clock }), "the master").then(
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
      const repair =
        role && callerArn !== undefined && !required.has(role.arn)
          ? repairStatements(
              { role, callerArn, code, message, ...(externalId !== undefined && { externalId }) },
              hop === "master" ? {} : roleEnv,
            )
          : [];
      const caution = missing && repair.length > 0 ? " Where every call must have both, add no statement." : "";
      return { status, failure: { code, message, fix: `${failure.fix}${caution}`, hop, repair } };
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
