import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadTrustRoles } from "./load-trust-roles.ts";

const role = (RoleName: unknown, more: object = {}): object => ({
  Type: "AWS::IAM::Role",
  Properties: { RoleName, AssumeRolePolicyDocument: { Statement: [] } },
  ...more,
});
const stack = (environment: string, properties: object = {}, more: object = {}): object => ({
  type: "aws:cloudformation:stack",
  environment,
  properties: { templateFile: "t.json", ...properties },
  ...more,
});

async function directoryOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "trust-forms-"));
  onTestFinished(async () => rm(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, dirname(name)), { recursive: true });
    await writeFile(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content, null, 1));
  }
  return cwd;
}

const arnsOf = async (files: Readonly<Record<string, unknown>>, path = "out"): Promise<string[]> =>
  (await loadTrustRoles([path], { cwd: await directoryOf(files) })).roles.map(({ arn }) => arn);
const assembly = (
  artifacts: object,
  template: object = { Resources: { R: role({ Ref: "AWS::StackName" }) } },
): Readonly<Record<string, unknown>> => ({
  "out/manifest.json": { artifacts },
  "out/t.json": template,
});

describe("a cloud assembly", () => {
  it("reads the stacks of the stages of a cloud assembly", async () => {
    const stage = { type: "cdk:cloud-assembly", properties: { directoryName: "stage" } };
    const inner = {
      "out/manifest.json": { artifacts: { Stage: stage } },
      "out/stage/manifest.json": { artifacts: { A: stack("aws://123456789012/us-east-1") } },
      "out/stage/t.json": { Resources: { R: role("r") } },
    };
    expect(await arnsOf(inner)).toEqual(["arn:aws:iam::123456789012:role/r"]);
  });
  it("names a stack of a cloud assembly by its name, else by its artifact", async () => {
    const at = "aws://123456789012/us-east-1";
    expect(await arnsOf(assembly({ A: stack(at, { stackName: "given" }), B: stack(at) }))).toEqual([
      "arn:aws:iam::123456789012:role/given",
      "arn:aws:iam::123456789012:role/B",
    ]);
  });
  it("leaves an unknown environment of a cloud assembly unknown", async () => {
    const Region = role({ Ref: "AWS::Region" });
    const template = { Resources: { Region } };
    expect(await arnsOf(assembly({ A: stack("aws://unknown-account/unknown-region") }, template))).toEqual([
      "arn:aws:iam::${AWS.AccountId}:role/${AWS.Region}",
    ]);
  });
  it("reads construct paths from a file beside the manifest of a cloud assembly", async () => {
    const more = { "/App/R/Resource": [{ type: "aws:cdk:logicalId", data: "R" }] };
    const artifact = stack("aws://123456789012/us-east-1", {}, { additionalMetadataFile: "metadata.json" });
    const cwd = await directoryOf({ ...assembly({ A: artifact }), "out/metadata.json": more });
    expect((await loadTrustRoles(["out"], { cwd })).roles).toMatchObject([{ location: { path: "App/R/Resource" } }]);
  });
  it("refuses a cloud assembly of another form", async () => {
    const files = { ...assembly({}), "out/manifest.json": { artifacts: [] } };
    await expect(arnsOf(files)).rejects.toMatchObject({
      code: "NotATemplate",
      problems: [{ file: "out" }, { file: "out/manifest.json" }],
    });
  });
});

const template = (name: string): object => ({ Resources: { R: role(name) } });

describe("a path", () => {
  it("refuses a path below a file as missing", async () => {
    const cwd = await directoryOf({ a: "{}" });
    await expect(loadTrustRoles(["a/b"], { cwd })).rejects.toMatchObject({ code: "InputNotFound" });
  });
  it("refuses a file that is larger than the limit", async () => {
    const cwd = await directoryOf({ a: { Resources: { R: role("r") } } });
    await expect(loadTrustRoles(["a"], { cwd, fileBytes: 10 })).rejects.toMatchObject({
      code: "InputUnreadable",
      problems: [{ file: "a", message: expect.stringContaining("more than 10") }],
    });
  });
  it.skipIf(process.getuid?.() === 0)("reports a file without read permission", async () => {
    const cwd = await directoryOf({ a: "{}" });
    await chmod(join(cwd, "a"), 0);
    await expect(loadTrustRoles(["a"], { cwd })).rejects.toMatchObject({
      problems: [{ message: "it may not be read" }],
    });
  });
  it("passes over other files of a directory", async () => {
    const files = {
      "d/a.json": { Resources: { R: role("r") } },
      "d/list.json": [1],
      "d/c.json": { Resources: [] },
    };
    expect(await arnsOf(files, "d")).toEqual(["arn:aws:iam::${AWS.AccountId}:role/r"]);
  });
  it("passes over policies of a directory that are no trust policies", async () => {
    const action = { Effect: "Allow", Action: "sts:AssumeRole" };
    const cwd = await directoryOf({
      "d/bucket.json": { Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] },
      "d/endpoint.json": { Statement: [{ Effect: "Allow", Principal: "*", Action: ["sts:*", "s3:*"], Resource: "*" }] },
      "d/endpoint-of-all.json": { Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] },
      "d/identity.json": { Statement: [{ ...action, Resource: "*" }] },
      "d/organization.json": { Statement: [{ Effect: "Deny", Action: "iam:*", NotResource: "x" }] },
      "d/rcp.json": { Statement: [{ ...action, Effect: "Deny", Principal: "*", Resource: "*" }] },
      "d/trust.json": { Statement: [{ ...action, Principal: { AWS: "*" } }] },
      "d/trust-with-resource.json": { Statement: [{ ...action, Principal: { AWS: "*" }, Resource: "*" }] },
    });
    const { files } = await loadTrustRoles(["d"], { cwd });
    expect(files).toEqual(["d/trust-with-resource.json", "d/trust.json"]);
    // One that is named itself is checked as what it was named for.
    expect((await loadTrustRoles(["d/identity.json"], { cwd })).roles).toHaveLength(1);
  });
  it("reads the directories and assemblies of a directory once each, and none of tools", async () => {
    const manifest = { artifacts: { A: stack("aws://123456789012/us-east-1") } };
    const cwd = await directoryOf({
      "d/sub/deep/wild.json": template("wild"),
      "d/sub.json/b.yaml": template("b"),
      "d/cdk.out/manifest.json": manifest,
      "d/cdk.out/t.json": template("stack"),
      "d/cdk.out/left-over.json": template("old"),
      "d/node_modules/m.json": template("module"),
      "d/.cache/c.json": "{",
      "d/.dot.json": template("dot"),
    });
    await symlink("..", join(cwd, "d/sub/back"));
    await symlink("nowhere", join(cwd, "d/sub/lock"));
    const { roles, files } = await loadTrustRoles(["d"], { cwd });
    expect(files).toEqual(["d/.dot.json", "d/cdk.out/t.json", "d/sub/deep/wild.json", "d/sub.json/b.yaml"]);
    expect(roles.map(({ arn }) => arn.split("/").at(-1))).toEqual(["dot", "stack", "wild", "b"]);
  });
  it("lists the files of a directory that cannot be read, and reads the others", async () => {
    const cwd = await directoryOf({
      "d/a.json": template("a"),
      "d/sub/broken.json": "{",
      "d/comma.template": '{"Resources": {},\n}',
      "d/comment.json": '// why\n{"Resources": {}}',
      "d/two.yaml": "Resources: {}\n---\nResources: {}",
      "d/circle.json": {
        Resources: { N: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: "circle.json" } } },
      },
      "d/plan.json": { planned_values: {}, errored: true },
      "d/no-trust.json": { Resources: { R: { Type: "AWS::IAM::Role", Properties: {} }, S: role("s") } },
    });
    await symlink("nowhere", join(cwd, "d/link.json"));
    const { roles, unread } = await loadTrustRoles(["d"], { cwd });
    expect(unread.map(({ file, line }) => [file, line])).toEqual([
      ["d/circle.json", undefined],
      ["d/comma.template", 2],
      ["d/comment.json", 1],
      ["d/link.json", undefined],
      ["d/sub/broken.json", 1],
      ["d/two.yaml", undefined],
      ["d/no-trust.json", 3],
      ["d/plan.json", undefined],
    ]);
    expect(roles.map(({ arn }) => arn.split("/").at(-1))).toEqual(["a", "s"]);
  });
  it("refuses a directory in which nothing can be read with every reason", async () => {
    const cwd = await directoryOf({ "d/a.json": "{", "d/readme.md": "x" });
    const error = await loadTrustRoles(["d"], { cwd }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "NotATemplate", problems: [{ file: "d" }, { file: "d/a.json", line: 1 }] });
  });
  it("reports how to make a plan of Terraform configuration", async () => {
    const cwd = await directoryOf({
      "d/main.tf": "",
      "both/main.tf": "",
      "both/t.json": template("t"),
      "planned/main.tf": "",
      "planned/p.json": { planned_values: {} },
    });
    const fix = expect.stringContaining("terraform show -json");
    await expect(loadTrustRoles(["d"], { cwd })).rejects.toMatchObject({
      problems: [{ file: "d" }, { file: "d", fix }],
    });
    expect((await loadTrustRoles(["both"], { cwd })).unread).toMatchObject([{ file: "both", fix }]);
    expect((await loadTrustRoles(["planned"], { cwd })).unread).toEqual([]);
  });
  it.each([
    ["node.json", ["d/keep.json", "d/sub/deep/x.yaml"]],
    ["*.yaml", ["d/keep.json", "d/node.json", "d/sub/node.json"]],
    ["sub", ["d/keep.json", "d/node.json"]],
    ["sub/**", ["d/keep.json", "d/node.json"]],
    ["sub/*/x.yaml", ["d/keep.json", "d/node.json", "d/sub/node.json"]],
    ["d/sub/node.json", ["d/keep.json", "d/node.json", "d/sub/deep/x.yaml"]],
    ["nothing", ["d/keep.json", "d/node.json", "d/sub/deep/x.yaml", "d/sub/node.json"]],
  ])("leaves out of a directory what --exclude %s matches", async (pattern, expected) => {
    const names = ["d/keep.json", "d/node.json", "d/sub/node.json", "d/sub/deep/x.yaml"];
    const cwd = await directoryOf(Object.fromEntries(names.map((name) => [name, template("r")])));
    expect((await loadTrustRoles(["d"], { cwd, exclude: [pattern] })).files.toSorted()).toEqual(expected);
  });
  it("does not follow links out of a directory", async () => {
    const secret = "[default]\naws_secret_access_key = x\n";
    const cwd = await directoryOf({
      secret,
      "other/t.json": template("other"),
      "d/a.json": template("a"),
      "d/nest.json": {
        Resources: { N: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: "../secret" } } },
      },
      "d/cdk/manifest.json": {
        artifacts: { S: stack("aws://123456789012/us-east-1", { templateFile: "../../secret" }) },
      },
    });
    await symlink("../../secret", join(cwd, "d/cdk/link.json"));
    await symlink("../secret", join(cwd, "d/link.json"));
    await symlink("../other", join(cwd, "d/other"));
    await symlink("/dev/zero", join(cwd, "d/zero.yaml"));
    const { files, unread } = await loadTrustRoles(["d"], { cwd });
    expect(files).toEqual(["d/a.json", "d/nest.json"]);
    expect(unread.map(({ file = "" }) => file).toSorted()).toEqual([
      "d/link.json",
      "d/other",
      "d/zero.yaml",
      "secret",
      "secret",
    ]);
    expect(JSON.stringify(unread)).not.toContain("aws_secret");
    expect((await loadTrustRoles(["d", "other"], { cwd })).files).toContain("other/t.json");
  });
  it.skipIf(process.platform === "win32")("ends at once on a FIFO or a device", async () => {
    const cwd = await directoryOf({ "d/a.json": template("a") });
    await promisify(execFile)("mkfifo", [join(cwd, "d/fifo.yaml")]);
    expect((await loadTrustRoles(["d"], { cwd })).unread).toMatchObject([
      { file: "d/fifo.yaml", message: "it is not a regular file" },
    ]);
    for (const path of ["d/fifo.yaml", "/dev/zero"]) {
      await expect(loadTrustRoles([path], { cwd })).rejects.toMatchObject({ code: "InputUnreadable" });
    }
  });
  it("reads an assembly without a stack", async () => {
    expect(await arnsOf({ "out/manifest.json": { artifacts: {} } })).toEqual([]);
  });
  it("reads a Terraform state like a plan", async () => {
    const values = { name: "r", assume_role_policy: "{}", arn: "arn:aws:iam::123456789012:role/r" };
    const resources = [{ address: "aws_iam_role.r", type: "aws_iam_role", values }];
    const state = { terraform_version: "1.9.0", values: { root_module: { resources } } };
    expect(await arnsOf({ "s.json": state }, "s.json")).toEqual(["arn:aws:iam::123456789012:role/r"]);
  });
});
