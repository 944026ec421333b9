import { createServer, type Server } from "node:http";
import { systemClock } from "@agent-roles/runtime/clock";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { verifyRoles } from "./verify-roles.ts";

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/Dev";
const DENIED =
  "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>";

const CALLER =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/master/s</Arn>" +
  "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

let server: Server;

beforeEach(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const isCaller = body.includes("GetCallerIdentity");
      response.writeHead(isCaller ? 200 : 403, { "content-type": "text/xml" }).end(isCaller ? CALLER : DENIED);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hush");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ATTRIBUTION = { AGENT_ROLES_TASK: "INC-51", AGENT_ROLES_ON_BEHALF_OF: "alice" };

it.each<readonly [string, object, readonly string[], number]>([
  ["without a task, of a role that must have one", {}, [ROLE], 0],
  ["without a task, of a role that is not declared", {}, [], 2],
  ["with a task, of a role that must have one", ATTRIBUTION, [ROLE], 2],
])("%s, prints statements unless the manifest requires one", async (_, variables, required, count) => {
  const env = { HOME: "/nonexistent", AWS_ROLE_1: `${ROLE}:Dev`, ...variables };
  const roleEnv = parseRoleEnv(env);
  const expectedRoles = required.map((roleArn) => ({ profile: "Dev", roleArn }));
  const declared = async () => ({ attributionRequired: true, expectedRoles });
  const [dev] = await verifyRoles({ env, roleEnv, declared }, { clock: systemClock }, () => undefined);
  expect(dev?.failure).toMatchObject({ code: "AccessDenied", hop: "target" });
  expect(dev?.failure?.repair).toHaveLength(count);
});

it.each([
  ["Dev", /^Write the AWS_ROLE_N values again, .* declares \S+\/Renamed for this profile\.$/, 0],
  ["Other", /^agent-roles.yaml does not declare this role: .* Otherwise: Check that the role exists/, 2],
] as const)("names values that are older than the manifest: %s is declared", async (profile, fix, count) => {
  const env = { HOME: "/nonexistent", AWS_ROLE_1: `${ROLE}:Dev` };
  const declared = async () => ({
    expectedRoles: [{ profile, roleArn: "arn:aws:iam::123456789013:role/agent-roles/Renamed" }],
  });
  const [dev] = await verifyRoles(
    { env, roleEnv: parseRoleEnv(env), declared },
    { clock: systemClock },
    () => undefined,
  );
  expect(dev?.failure?.fix).toMatch(fix);
  expect(dev?.failure?.repair).toHaveLength(count);
});
