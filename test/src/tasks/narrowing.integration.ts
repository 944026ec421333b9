import type { PolicyDocument } from "@agent-roles/iam";
import { AgentRolesError, createAgentRoles, type RoleRequest } from "@agent-roles/runtime";
import { sessionPolicies } from "@agent-roles/runtime/master";
import { expect, it } from "vitest";
import { seededRandom } from "../compare-evaluators/random.ts";
import { isAllowed, randomPolicy, REQUESTS } from "./random-policies.ts";

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/Scoped";

/** A task of a role with this session policy, where STS does not have GetScopedCredentials, and its calls of AssumeRole. */
function openTask(parent: PolicyDocument) {
  const requests: RoleRequest[] = [];
  const roles = createAgentRoles({
    env: { AWS_ROLE_1: `${ROLE}:Scoped`, AWS_ROLE_1_SESSION_POLICY: JSON.stringify(parent) },
    assumeRole: async (request) => {
      requests.push(request);
      const now = Date.now();
      const keys = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
      return { ...keys, accountId: "123456789013", issuedAt: new Date(now), expiration: new Date(now + 3_600_000) };
    },
    getScopedCredentials: async () => undefined,
  });
  return { task: roles.task({ id: "INC-42" }), requests };
}

/** The session policy of a scoped session; `undefined` where it is refused. */
async function granted({ task, requests }: ReturnType<typeof openTask>, policy: PolicyDocument) {
  try {
    await task.scoped("Scoped", { policy });
  } catch (error) {
    if (error instanceof AgentRolesError && error.code === "CannotNarrow") return undefined;
    throw error;
  }
  const request = requests.at(-1);
  const read: PolicyDocument = JSON.parse((request && sessionPolicies(request).Policy) ?? "");
  return read;
}

it("grants by AssumeRole what both policies allow, or nothing at all, for 1,000 random pairs", async () => {
  const random = seededRandom(14);
  let written = 0;
  let grants = 0;
  for (let parents = 0; parents < 50; parents += 1) {
    const parent = randomPolicy(random);
    const opened = openTask(parent);
    for (let children = 0; children < 20; children += 1) {
      const asked = randomPolicy(random);
      const policy = await granted(opened, asked);
      if (!policy) continue;
      written += 1;
      for (const request of REQUESTS) {
        const got = isAllowed({ sessionPolicies: [policy] }, request);
        const both = isAllowed({ sessionPolicies: [parent], scopedPolicies: [asked] }, request);
        if (got !== both) throw new Error(JSON.stringify({ got, both, request, parent, asked, policy }));
        if (got) grants += 1;
      }
    }
  }
  // What one policy cannot say is refused: with patterns that overlap in part, most of these pairs.
  expect(written).toBeGreaterThan(300);
  expect(grants).toBeGreaterThan(100);
});
