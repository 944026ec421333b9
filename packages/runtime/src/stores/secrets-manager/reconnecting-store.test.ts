import { expect, it } from "vitest";
import { AgentRolesError } from "../../agent-roles-error.ts";
import { target } from "../../fixtures.test-helper.ts";
import type { CredentialStore } from "../credential-store.ts";
import { reconnectingStore } from "./secrets-manager-store.ts";

const expired = new AgentRolesError("ExpiredToken", { code: "StoreFailed", fix: "log in", retryable: true });

it.each<[string, Partial<CredentialStore>]>([
  ["a write that fails", { put: () => Promise.reject(expired) }],
  ["a write that is refused", { put: async () => [{ target: target("A"), error: expired }] }],
  ["a removal that fails", { remove: () => Promise.reject(expired) }],
])("makes the store anew after %s, and reports the failure", async (_, changes) => {
  let made = 0;
  const fine: CredentialStore = { name: "fine", put: async () => [], remove: async () => undefined };
  const store = reconnectingStore(() => (made++ === 0 ? { ...fine, ...changes } : fine));
  const both = async (): Promise<unknown[]> => [
    ...(await store.put([]).catch((error: unknown) => [error])),
    ...((await store.remove([]).catch((error: unknown) => [error])) ?? []),
  ];
  expect(await both()).toHaveLength(1);
  expect(await both()).toEqual([]);
  expect(made).toBe(2);
});
