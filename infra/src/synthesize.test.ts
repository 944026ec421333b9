import { loadManifest } from "@agent-roles/manifest";
import { spawnSync } from "node:child_process";
import { App } from "aws-cdk-lib";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { exampleManifest, manyRoles, testApp } from "./example.test-helper.ts";
import { synthesize } from "./synthesize.ts";

const region = "eu-central-1";
const regions = new Map([
  ["aws-us-gov", "us-gov-west-1"],
  ["aws-cn", "cn-north-1"],
]);

it("writes a template an account, and no AWS_ROLE_N values of roles that do not exist yet", () => {
  const manifest = exampleManifest();
  const directory = synthesize(testApp(), manifest, { region, stackPrefix: "it-7-" });
  const files = readdirSync(directory);
  expect(files).toEqual(
    expect.arrayContaining([
      "it-7-agent-roles-123456789012.template.json",
      "it-7-agent-roles-123456789013.template.json",
    ]),
  );
  expect(files).not.toContain("agent-roles.env");
});

it("removes the templates of accounts that left the manifest, and nothing else", () => {
  const { outdir } = testApp();
  const app = (): App =>
    new App({ outdir, autoSynth: false, treeMetadata: false, builtinCloudFormationValidation: false });
  synthesize(app(), exampleManifest({ roles: manyRoles(3, 1) }), { region });
  writeFileSync(join(outdir, "other.template.json"), "{}");
  synthesize(app(), exampleManifest({ roles: manyRoles(1, 1) }), { region });
  expect(readdirSync(outdir).filter((file) => /\.(?:template|metadata)\.json$/.test(file))).toEqual([
    "agent-roles-100000000000.metadata.json",
    "agent-roles-100000000000.template.json",
    "agent-roles-123456789012.metadata.json",
    "agent-roles-123456789012.template.json",
    "other.template.json",
  ]);
});

it("gives the master's account a stack when no target lives there", () => {
  const roles = [{ profile: "P", account: "123456789013", roleName: "R" }];
  const directory = synthesize(testApp(), exampleManifest({ roles }), { region });
  expect(readdirSync(directory)).toContain("agent-roles-123456789012.template.json");
});

// bench synthesizes 200.
it("synthesizes 40 accounts with five roles each", () => {
  const directory = synthesize(testApp(), exampleManifest({ roles: manyRoles(40, 5) }), { region });
  expect(readdirSync(directory).filter((file) => file.endsWith(".template.json"))).toHaveLength(41);
});

it("splits an account whose roles do not fit into one template, and keeps every role", () => {
  const directory = synthesize(testApp(), exampleManifest({ roles: manyRoles(1, 200) }), { region });
  const templates = readdirSync(directory).filter((file) => /^agent-roles-100000000000.*\.template\.json$/.test(file));
  expect(templates.length).toBeGreaterThan(1);
  const contents = templates.map((file) => JSON.parse(readFileSync(join(directory, file), "utf8")));
  expect(contents.flatMap(({ Resources }) => Object.keys(Resources))).toHaveLength(200);
  expect(new Set(contents.flatMap(({ Outputs }) => Object.keys(Outputs))).size).toBe(200);
});

it("keeps 50 plain roles of an account in one stack", () => {
  const directory = synthesize(testApp(), exampleManifest({ roles: manyRoles(1, 50) }), { region });
  expect(readdirSync(directory)).not.toContain("agent-roles-100000000000-2.template.json");
});

it("refuses a policy that IAM would refuse, before writing anything", () => {
  const Resource = Array.from({ length: 500 }, (_, index) => `arn:aws:s3:::a-bucket-with-a-long-name-${index}`);
  const statements = [{ Effect: "Allow", Action: "s3:GetObject", Resource }];
  const roles = [{ profile: "P", account: "123456789013", roleName: "R", statements }];
  const app = testApp();
  expect(() => synthesize(app, exampleManifest({ roles }), { region })).toThrow(
    expect.objectContaining({ code: "QuotaExceeded" }),
  );
  expect(readdirSync(app.outdir)).toEqual([]);
});

it("has nothing to report of this repository's own manifest", async () => {
  const said = vi.spyOn(console, "error");
  const manifest = await loadManifest(fileURLToPath(new URL("../../agent-roles.yaml", import.meta.url)));
  synthesize(testApp(), manifest, { region });
  expect(said.mock.calls).toEqual([]);
});

it("fails when what the manifest expects does not hold", () => {
  const said = vi.spyOn(console, "error").mockReturnValue(undefined);
  onTestFinished(() => said.mockRestore());
  const trust = { expect: [{ from: "*", to: "arn:aws:iam::*:role/agent-roles/*", decision: "denied" }] };
  expect(() => synthesize(testApp(), exampleManifest({ trust }), { region })).toThrow(
    expect.objectContaining({ name: "ValidationFailed" }),
  );
});

const cfnLint = "cfn-lint";
const hasCfnLint = spawnSync(cfnLint, ["--version"]).status === 0;

// Skipped where cfn-lint is not on PATH: `pip install cfn-lint`.
it.runIf(hasCfnLint)("writes templates that cfn-lint, when installed, has nothing to say about", () => {
  const trustedBy = [
    { account: "123456789012" },
    { service: "ec2" },
    { service: "ecs-tasks" },
    { oidc: { provider: "token.actions.githubusercontent.com", subjects: ["repo:octo/agents:ref:refs/heads/main"] } },
  ];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  const manifests = [{ master }, { roles: manyRoles(60, 1) }, { partition: "aws-us-gov" }, { partition: "aws-cn" }];
  const rank = (file: string): number => (file.includes(master.account) ? 0 : 1);
  const files = manifests.flatMap((changes) => {
    const manifest = exampleManifest(changes);
    const directory = synthesize(testApp(), manifest, { region: regions.get(manifest.partition) ?? region });
    const templates = readdirSync(directory).filter((file) => file.endsWith(".template.json"));
    // The master's, and one of the others: those are alike.
    const [ofMaster = "", ...others] = templates.toSorted((a, b) => rank(a) - rank(b));
    expect(ofMaster).toContain(manifest.master.account);
    return [ofMaster, ...others.slice(0, 1)].map((file) => join(directory, file));
  });
  const { stdout, stderr, status } = spawnSync(cfnLint, files, { encoding: "utf8" });
  expect({ output: stdout + stderr, status }).toEqual({ output: "", status: 0 });
});
