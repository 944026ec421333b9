import type { PolicyDocument } from "@agent-roles/iam";
import { AgentRolesError, createAgentRoles, type RoleRequest, sessionPolicies } from "@agent-roles/runtime";
import { expect, it } from "vitest";
import { seededRandom } from "../compare-evaluators/random.ts";
import { isAllowed, randomPolicy, REQUESTS } from "./random-policies.ts";

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/Scoped";

/** The session policy of a scoped session where STS does not have GetScopedCredentials; `undefined` where it is refused. */
async function granted(parent: PolicyDocument, asked: PolicyDocument): Promise<PolicyDocument | undefined> {
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
  try {
    await roles.task({ id: "INC-42" }).scoped("Scoped", { policy: asked });
  } catch (error) {
    if (error instanceof AgentRolesError && error.code === "CannotNarrow") return undefined;
    throw error;
  }
  const request = requests[1];
  const { Policy = "" } = request ? sessionPolicies(request) : {};
  return JSON.parse(Policy);
}

it("grants by AssumeRole what both policies allow, or nothing at all, for 1,000 random pairs", async () => {
  const random = seededRandom(14);
  let written = 0;
  let grants = 0;
  for (let pair = 0; pair < 1_000; pair += 1) {
    const [parent, asked] = [randomPolicy(random), randomPolicy(random)];
    const policy = await granted(parent, asked);
    if (!policy) continue;
    written += 1;
    for (const request of REQUESTS) {
      const got = isAllowed({ sessionPolicies: [policy] }, request);
      const both = isAllowed({ sessionPolicies: [parent], scopedPolicies: [asked] }, request);
      if (got !== both) throw new Error(JSON.stringify({ got, both, request, parent, asked, policy }));
      if (got) grants += 1;
    }
  }
  // What one policy cannot say is refused: with patterns that overlap in part, most of these pairs.
  expect(written).toBeGreaterThan(300);
  expect(grants).toBeGreaterThan(100);
});
