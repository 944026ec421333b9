import {
  type AgentRolesEvent,
  type AgentRolesOptions,
  createAgentRoles,
  type StartOptions,
} from "@agent-roles/runtime";
import { ROLES } from "./ideal.ts";
import { manyRoles } from "./many-roles.ts";
import { residentMegabytes } from "./resident.ts";

/** Times that every role is assumed; more of them change the figure little. */
export const ROUNDS = 3;

/** From one round to the next: longer than it takes to assume 500 roles, so that rotations are rounds, as in real life. */
export const ROUND_MS = 2_000;

/**
 * Rotates 500 roles a few times in this process, which must have been started with `--expose-gc`.
 *
 * @returns resident megabytes, garbage collected, while the rotation goes on.
 */
export async function rotate(options: AgentRolesOptions, stores: StartOptions["stores"] = []): Promise<number> {
  const stop = new AbortController();
  const env = { ...options.env, ...manyRoles(ROLES) };
  let assumed = 0;
  let enough: (() => void) | undefined;
  let failure: unknown;
  const rounds = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const onEvent = (event: AgentRolesEvent): void => {
    if (event.type === "assumed") assumed += 1;
    if ("error" in event) failure ??= event.error;
    if (failure !== undefined || assumed >= ROLES * ROUNDS) enough?.();
  };

  const { done } = await createAgentRoles({ ...options, env, onEvent }).start({ stores, signal: stop.signal });
  await rounds;
  const megabytes = await residentMegabytes();
  stop.abort();
  await done;
  if (failure !== undefined) throw failure;
  return megabytes;
}
