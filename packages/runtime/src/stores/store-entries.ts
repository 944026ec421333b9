import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import type { OnEvent } from "../events.ts";
import type { TargetRole } from "../role-env/index.ts";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "./credential-store.ts";

/** A store in plain JavaScript can return nothing. */
const NONE: readonly RefusedCredentials[] = [];

/** One write to one store, reported as events. @returns what should be offered to the store again. */
export async function storeEntries(
  store: CredentialStore,
  entries: readonly StoredCredentials[],
  onEvent: OnEvent,
): Promise<readonly StoredCredentials[]> {
  const refused = await attempt(async () => (await store.put(entries)) ?? NONE);
  if (refused instanceof AgentRolesError) {
    onEvent({ type: "storeFailed", store: store.name, targets: entries.map(({ target }) => target), error: refused });
    return entries;
  }
  const refusal = ({ target }: StoredCredentials): RefusedCredentials | undefined =>
    refused.find((each) => each.target === target);
  const targets = entries.filter((entry) => !refusal(entry)).map(({ target }) => target);
  if (targets.length > 0) onEvent({ type: "stored", store: store.name, targets });
  for (const { target, error } of refused)
    onEvent({ type: "storeFailed", store: store.name, targets: [target], error });
  return entries.filter((entry) => refusal(entry)?.error.retryable);
}

/** Takes profiles out of one store; a failure is reported as an event. @returns whether they are gone. */
export async function removeEntries(
  store: CredentialStore,
  targets: readonly TargetRole[],
  onEvent: OnEvent,
): Promise<boolean> {
  const failure = await attempt(() => store.remove(targets.map(({ profile }) => profile)));
  onEvent(
    failure
      ? { type: "storeFailed", store: store.name, targets, error: failure }
      : { type: "removed", store: store.name, targets },
  );
  return !failure;
}

async function attempt<T>(call: () => Promise<T>): Promise<T | AgentRolesError> {
  try {
    return await call();
  } catch (cause) {
    return toAgentRolesError(cause, { code: "StoreFailed", retryable: true, fix: "Will retry. See the cause above." });
  }
}
