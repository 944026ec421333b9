import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { roleEnvSource } from "./role-env-source.ts";

const ROLE = "arn:aws:iam::123456789013:role/MyRole:Prod";
const env = {
  AGENT_ROLES_SECRET_ID: "agent/roles",
  AWS_REGION: "eu-west-1",
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/Old:Old",
};
const ambient = async () => ({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "s" });

let server: Server;
let asked: { body: unknown; authorization: string | undefined }[];
let answer: { status?: number; body: Record<string, unknown> };

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push({ body: JSON.parse(body), authorization: request.headers.authorization });
      response.writeHead(answer.status ?? 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : "";
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://127.0.0.1:${port}`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("lays the secret's variables over the environment's, read as the master", async () => {
  answer = { body: { SecretString: JSON.stringify({ AWS_ROLE_1: ROLE, AGENT_ROLES_SESSION_NAME: "agent-7" }) } };
  const source = roleEnvSource({ env, ambient });
  expect(await source.read()).toEqual({ ...env, AWS_ROLE_1: ROLE, AGENT_ROLES_SESSION_NAME: "agent-7" });
  expect(asked).toMatchObject([
    { body: { SecretId: "agent/roles" }, authorization: expect.stringContaining("AKIAEXAMPLE/") },
  ]);
  expect(source.pollMs()).toBe(60_000);
});

it("asks in the Region of the secret's ARN", async () => {
  const secretId = "arn:aws:secretsmanager:us-west-2:123456789012:secret:agent/roles-AbCdEf";
  answer = { body: { SecretString: "{}" } };
  await roleEnvSource({ env: { ...env, AGENT_ROLES_SECRET_ID: secretId }, ambient }).read();
  expect(asked[0]?.authorization).toContain("/us-west-2/secretsmanager/");
});

it.each([
  ["not JSON", { SecretString: "AWS_ROLE_1=hush" }],
  ["not a JSON object", { SecretString: '["hush"]' }],
  ["AWS_ROLE_1 in the secret is not a string", { SecretString: '{"AWS_ROLE_1": {"hush": 1}}' }],
  ["binary", { SecretBinary: "aHVzaA==" }],
])("says that the secret is %s, with the form that it should have and nothing of what is in it", async (what, body) => {
  answer = { body };
  const failure = await roleEnvSource({ env, ambient })
    .read()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "RolesUnreadable", message: expect.stringContaining(what) });
  expect(String(failure)).toContain("agent/roles");
  expect(JSON.stringify(failure) + String(failure)).not.toContain("hush");
});

it.each([
  ["ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "AGENT_ROLES_SECRET_ID"],
  ["AccessDeniedException", "User is not authorized to perform", "secretsmanager:GetSecretValue on agent/roles"],
  ["AccessDeniedException", "Access to KMS is not allowed", "kms:Decrypt"],
  ["InvalidRequestException", "marked for deletion", "Restore it"],
])("gives %s (%s) its fix", async (name, message, fix) => {
  answer = { status: 400, body: { __type: name, message } };
  await expect(roleEnvSource({ env, ambient }).read()).rejects.toMatchObject({
    code: "RolesUnreadable",
    fix: expect.stringContaining(fix),
  });
});

it("is Unavailable, not a mistake in the configuration, while nothing listens where Secrets Manager is", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  const source = roleEnvSource({ env, ambient });
  await expect(source.read()).rejects.toMatchObject({
    code: "Unavailable",
    fix: expect.stringContaining("network path to Secrets Manager"),
  });
});

it("is given up when what gives the master its credentials never answers", async () => {
  const source = roleEnvSource({ env, ambient: () => new Promise(() => undefined), limitMs: 50 });
  await expect(source.read()).rejects.toMatchObject({
    code: "Unavailable",
    message: expect.stringContaining("agent/roles"),
  });
});

it.each([
  ["AWS_SHARED_CREDENTIALS_FILE", "/root/.bashrc"],
  ["AWS_CONFIG_FILE", "/etc/passwd"],
  ["HOME", "/tmp/evil"],
  ["AWS_ENDPOINT_URL_STS", "http://evil"],
  ["HTTPS_PROXY", "http://evil"],
  ["AWS_PROFILE", "other"],
  ["AWS_ROLE_ARN", ROLE],
  ["AGENT_ROLES_CACHE_DIR", "/tmp/evil"],
  ["AGENT_ROLES_SECRET_ID", "another"],
  ["AWS_ACCESS_KEY_ID", "AKIAHUSHEXAMPLE"],
])("refuses a secret that sets %s, and names it without its value", async (name, value) => {
  answer = { body: { SecretString: JSON.stringify({ AWS_ROLE_1: ROLE, [name]: value }) } };
  const failure = await roleEnvSource({ env, ambient })
    .read()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "RolesUnreadable", message: `agent/roles: the secret sets ${name}` });
  expect(String(failure)).not.toContain(value);
});

it.each([
  { AWS_ROLE_1: "hush" },
  { AWS_ROLE_1: `${ROLE}:hush hush` },
  { AWS_ROLE_1: ROLE, AWS_ROLE_1_EXTERNAL_ID: "hush!" },
  { AWS_ROLE_1: ROLE, AGENT_ROLES_SESSION_TAGS: "hush" },
  { AWS_ROLE_1: ROLE, AWS_MASTER_ROLE_ARN: "hush" },
])("names what is wrong in the secret, and never its value: %j", async (secret) => {
  answer = { body: { SecretString: JSON.stringify(secret) } };
  const failure = await roleEnvSource({ env, ambient })
    .read()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "RolesUnreadable",
    message: expect.stringContaining(Object.keys(secret).at(-1) ?? ""),
  });
  expect(JSON.stringify(failure) + String(failure)).not.toContain("hush");
});
