import { AgentRolesError } from "../agent-roles-error.ts";
import type { OnEvent } from "../events.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";

/** One write to one store, told as events. @returns whether the write should be tried again. */
export async function storeEntries(
  store: CredentialStore,
  entries: readonly StoredCredentials[],
  onEvent: OnEvent,
): Promise<{ readonly retry: boolean }> {
  try {
    const refused = await store.put(entries);
    const isRefused = ({ target }: StoredCredentials): boolean => refused.some((refusal) => refusal.target === target);
    const targets = entries.filter((entry) => !isRefused(entry)).map(({ target }) => target);
    if (targets.length > 0) onEvent({ type: "stored", store: store.name, targets });
    for (const { target, error } of refused)
      onEvent({ type: "storeFailed", store: store.name, targets: [target], error });
    return { retry: false };
  } catch (cause) {
    const targets = entries.map(({ target }) => target);
    onEvent({ type: "storeFailed", store: store.name, targets, error: asStoreFailure(cause) });
    return { retry: true };
  }
}

function asStoreFailure(cause: unknown): AgentRolesError {
  if (cause instanceof AgentRolesError) return cause;
  const message = cause instanceof Error ? cause.message : "the store failed";
  return new AgentRolesError(message, { code: "StoreFailed", retryable: true, fix: "the cause tells", cause });
}
