import type { AgentRolesError, AgentRolesEvent, ProfileStatus } from "@agent-roles/runtime";
import type { Env, ParsedRoleEnv } from "@agent-roles/runtime/role-env";
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
 * Assumes every role anew, in parallel, and names for each refusal the statements that would repair it.
 *
 * @param onProgress - called after each role.
 */
export async function verifyRoles(
  { env, roleEnv }: { readonly env: Env; readonly roleEnv: ParsedRoleEnv },
  { clock }: Pick<CliContext, "clock">,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Verified[]> {
  const { callerIdentity, createAgentRoles, masterConfig } = await import("@agent-roles/runtime");
  const errors = new Map<string, AgentRolesError>();
  const onEvent = (event: AgentRolesEvent): void => {
    if (event.type === "assumeFailed") errors.set(event.target.profile, event.error);
    if (event.type === "initialProgress") onProgress(event.done, event.total);
  };
  const statuses = await createAgentRoles({ env, clock, onEvent }).assumeAll();
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
      const { code, message, fix } = failure;
      // One event reports the master for all roles.
      const hop = errors.has(profile) ? "target" : "master";
      const called = hop === "master" ? roleEnv.master : roleEnv.roles.find((each) => each.profile === profile);
      const callerArn = hop === "master" ? await ambientArn() : (roleEnv.master?.role.arn ?? (await ambientArn()));
      const { role, externalId } = called ?? {};
      const repair =
        role && callerArn !== undefined
          ? repairStatements(
              { role, callerArn, code, message, ...(externalId !== undefined && { externalId }) },
              hop === "master" ? {} : roleEnv,
            )
          : [];
      return { status, failure: { code, message, fix, hop, repair } };
    }),
  );
}
