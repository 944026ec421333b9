import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { testApp } from "./example.test-helper.ts";
import { runApp } from "./run-app.ts";

let directory: string;
let manifest: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "run-app-"));
  manifest = join(directory, "mine.yaml");
  await writeFile(
    manifest,
    `master: { account: "123456789012", roleName: agent-master, trustedBy: [{ account: "123456789012" }] }
roles: [{ profile: P, account: "123456789012", roleName: R }]
`,
  );
});
afterAll(() => rm(directory, { recursive: true }));

it("takes manifest, Region and prefix from the context, before the environment", async () => {
  const app = testApp({ manifest, region: "eu-west-1", stackPrefix: "it-7-" });
  const env = { AGENT_ROLES_MANIFEST: "/nowhere.yaml", CDK_DEFAULT_REGION: "us-east-1" };
  expect(await runApp(app, env)).toBeUndefined();
  expect(app.synth().getStackByName("it-7-agent-roles-123456789012").environment.region).toBe("eu-west-1");
});

it("writes the AWS_ROLE_N values beside the templates", async () => {
  const app = testApp({ manifest });
  expect(await runApp(app, {})).toBeUndefined();
  const text = await readFile(join(app.outdir, "agent-roles.env"), "utf8");
  expect(text).toBe("AWS_ROLE_1=arn:aws:iam::123456789012:role/agent-roles/R:P\n");
});

it("takes manifest and Region from the environment", async () => {
  const app = testApp();
  expect(await runApp(app, { AGENT_ROLES_MANIFEST: manifest, AWS_REGION: "eu-north-1" })).toBeUndefined();
  expect(app.synth().getStackByName("agent-roles-123456789012").environment.region).toBe("eu-north-1");
});

it("reports mistakes without a stack trace, and writes nothing", async () => {
  const bad = join(directory, "bad.yaml");
  await writeFile(bad, "master: 1\n");
  const app = testApp({ manifest: bad });
  expect(await runApp(app, {})).toEqual({
    exitCode: 2,
    message: `${bad}:1:1: roles: is missing; list the target roles\n${bad}:1:9: master: 1 is not valid; write fields: account, roleName, path, trustedBy, description, managedPolicies, statements, permissionsBoundary, maxSessionDuration, tags`,
  });
  expect(readdirSync(app.outdir)).toEqual([]);
  expect(await runApp(testApp({ manifest }), { AWS_REGION: "Frankfurt" })).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^region: "Frankfurt"/),
  });
});

it("ends with exit code 1 for a finding that fails, and keeps the templates", async () => {
  const printed = vi.spyOn(console, "error").mockReturnValue(undefined);
  onTestFinished(() => printed.mockRestore());
  const failing = join(directory, "failing.yaml");
  const expectation = `trust: { expect: [{ from: "*", to: "arn:aws:iam::123456789012:role/*", decision: denied }] }\n`;
  await writeFile(failing, `${await readFile(manifest, "utf8")}${expectation}`);
  const app = testApp({ manifest: failing });
  expect(await runApp(app, {})).toEqual({ exitCode: 1, message: expect.stringMatching(/validation-report\.json$/) });
  expect(readdirSync(app.outdir)).toContain("agent-roles-123456789012.template.json");
});
