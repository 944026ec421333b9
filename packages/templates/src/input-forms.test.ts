import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadTrustRoles } from "./load-trust-roles.ts";
import { parseText } from "./source/parse-text.ts";

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

async function folder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "trust-forms-"));
  onTestFinished(async () => rm(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, dirname(name)), { recursive: true });
    await writeFile(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content, null, 1));
  }
  return cwd;
}

const arnsOf = async (files: Readonly<Record<string, unknown>>, path = "out"): Promise<string[]> =>
  (await loadTrustRoles([path], { cwd: await folder(files) })).roles.map(({ arn }) => arn);
const assembly = (
  artifacts: object,
  template: object = { Resources: { R: role({ Ref: "AWS::StackName" }) } },
): Readonly<Record<string, unknown>> => ({
  "out/manifest.json": { artifacts },
  "out/t.json": template,
});

describe("a cloud assembly", () => {
  it("gives the stacks of its stages", async () => {
    const stage = { type: "cdk:cloud-assembly", properties: { directoryName: "stage" } };
    const inner = {
      "out/manifest.json": { artifacts: { Stage: stage } },
      "out/stage/manifest.json": { artifacts: { A: stack("aws://123456789012/us-east-1") } },
      "out/stage/t.json": { Resources: { R: role("r") } },
    };
    expect(await arnsOf(inner)).toEqual(["arn:aws:iam::123456789012:role/r"]);
  });
  it("names a stack by its name, else by its artifact", async () => {
    const at = "aws://123456789012/us-east-1";
    expect(await arnsOf(assembly({ A: stack(at, { stackName: "given" }), B: stack(at) }))).toEqual([
      "arn:aws:iam::123456789012:role/given",
      "arn:aws:iam::123456789012:role/B",
    ]);
  });
  it("leaves an environment unknown that it does not know", async () => {
    const Region = role({ Ref: "AWS::Region" });
    const template = { Resources: { Region } };
    expect(await arnsOf(assembly({ A: stack("aws://unknown-account/unknown-region") }, template))).toEqual([
      "arn:aws:iam::${AWS.AccountId}:role/${AWS.Region}",
    ]);
  });
  it("tells construct paths in a file beside the manifest, too", async () => {
    const more = { "/App/R/Resource": [{ type: "aws:cdk:logicalId", data: "R" }] };
    const artifact = stack("aws://123456789012/us-east-1", {}, { additionalMetadataFile: "metadata.json" });
    const cwd = await folder({ ...assembly({ A: artifact }), "out/metadata.json": more });
    expect((await loadTrustRoles(["out"], { cwd })).roles).toMatchObject([{ location: { path: "App/R/Resource" } }]);
  });
  it("of another form is refused", async () => {
    const files = { ...assembly({}), "out/manifest.json": { artifacts: [] } };
    await expect(arnsOf(files)).rejects.toMatchObject({
      code: "NotATemplate",
      problems: [{ file: "out/manifest.json" }],
    });
  });
});

describe("a text", () => {
  it("may begin with a byte order mark", () => {
    expect(parseText('\uFEFF{"a":1}', "f").value).toEqual({ a: 1 });
  });
  it("tells the line of a key behind quotes, colons and values that look like keys", () => {
    const { lineOf } = parseText(
      '{\n"x": "a\\"\\n{",\n"y": [":", "Resources"],\n"Resources": {\n"R": {"z": "R"}}}',
      "f",
    );
    expect([lineOf("Resources"), lineOf("Resources", "R"), lineOf("x"), lineOf("z")]).toEqual([4, 5, 2, undefined]);
  });
  it.each([
    ["JSON", `${'{"a":'.repeat(250)}1${"}".repeat(250)}`],
    ["YAML", Array.from({ length: 250 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("is refused when it is nested too deeply: %s", (_, text) => {
    expect(() => parseText(text, "f")).toThrow(/nested more than 200 levels deep/u);
  });
  it("may use YAML's anchors and the short form of Condition", () => {
    expect(parseText("a: &x { b: !Condition C }\nd: *x", "f").value).toEqual({
      a: { b: { Condition: "C" } },
      d: { b: { Condition: "C" } },
    });
  });
  it.each([
    ["a merge key", "Resources:\n  R:\n    <<: { Type: AWS::IAM::Role }", 3, "no merge key (`<<`); write out"],
    ["a merge key of the whole", "a: &a { Resources: {} }\n<<: *a", 2, "no merge key (`<<`); write out"],
    ["a second document", "a: 1\n---\nResources: {}", 2, "another YAML document begins here"],
    ["a key that stands twice in YAML", "Resources:\n  R: 1\n  R: 2", 3, "Map keys must be unique"],
    ["a key that stands twice", '{"Resources": {\n"A": {"B": 1,\n"C": {},\n"\\u0042": 2}}}', 4, '"B" stands twice'],
    ["a key of a policy that stands twice", '{"Statement": [{"Effect": "Deny",\n"Effect": "Allow"}]}', 2, '"Effect" '],
  ])("is refused for %s, with the line", (_, text, line, message) => {
    expect(() => parseText(text, "f")).toThrow(`f:${line}: `);
    expect(() => parseText(text, "f")).toThrow(message);
  });
  it.each([
    ['{"a": 1, "a": 2}', { a: 2 }],
    ["a: &a { b: 1 }\nc: { <<: *a }", { a: { b: 1 }, c: { "<<": { b: 1 } } }],
    ["a: 1\n---\nb: 2", [{ a: 1 }, { b: 2 }]],
    ["# nothing", undefined],
  ])("of another kind may be so: %j", (text, value) => {
    expect(parseText(text, "f").value).toEqual(value);
  });
  it("may have equal keys in different objects, and << in quotes", () => {
    const text = '{"Resources": {"A": {"B": ["B", {"B": 1}, {"B": 2}]}, "B": {"A": 1}}}';
    expect(parseText(text, "f").value).toEqual(JSON.parse(text));
    expect(parseText('Statement: { "<<": 1 }', "f").value).toEqual({ Statement: { "<<": 1 } });
  });
  it("is refused when its anchors multiply", () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `a${i}: &a${i} [${Array.from({ length: 9 }, () => (i === 0 ? "x" : `*a${i - 1}`)).join()}]`,
    );
    expect(() => parseText(lines.join("\n"), "f")).toThrow(/aliases|Excessive/u);
  });
});

const template = (name: string): object => ({ Resources: { R: role(name) } });

describe("a path", () => {
  it("below a file is not there", async () => {
    const cwd = await folder({ a: "{}" });
    await expect(loadTrustRoles(["a/b"], { cwd })).rejects.toMatchObject({ code: "InputNotFound" });
  });
  it("to more than is read is refused", async () => {
    const cwd = await folder({ a: { Resources: { R: role("r") } } });
    await expect(loadTrustRoles(["a"], { cwd, quotas: { fileBytes: 10 } })).rejects.toMatchObject({
      code: "InputUnreadable",
      problems: [{ file: "a", message: expect.stringContaining("more than the 10") }],
    });
  });
  it.skipIf(process.getuid?.() === 0)("that may not be read says so", async () => {
    const cwd = await folder({ a: "{}" });
    await chmod(join(cwd, "a"), 0);
    await expect(loadTrustRoles(["a"], { cwd })).rejects.toMatchObject({
      problems: [{ message: "it may not be read" }],
    });
  });
  it("to a directory passes over what is something else", async () => {
    const files = {
      "d/a.json": { Resources: { R: role("r") } },
      "d/list.json": [1],
      "d/c.json": { Resources: [] },
    };
    expect(await arnsOf(files, "d")).toEqual(["arn:aws:iam::${AWS.AccountId}:role/r"]);
  });
  it("to a directory reads its directories, assemblies by their manifests, and each once, but none of tools", async () => {
    const manifest = { artifacts: { A: stack("aws://123456789012/us-east-1") } };
    const cwd = await folder({
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
  it("to a directory is refused when something below it cannot be read", async () => {
    const cwd = await folder({ "d/a.json": { Resources: {} }, "d/sub/b.json": "{" });
    await expect(loadTrustRoles(["d"], { cwd })).rejects.toMatchObject({ problems: [{ file: "d/sub/b.json" }] });
    await symlink("nowhere", join(cwd, "d/b.json"));
    await expect(loadTrustRoles(["d"], { cwd })).rejects.toMatchObject({ problems: [{ file: "d/b.json" }] });
  });
  it("to an assembly may be one without any stack", async () => {
    expect(await arnsOf({ "out/manifest.json": { artifacts: {} } })).toEqual([]);
  });
  it("to a Terraform state is one of a plan's kind", async () => {
    const values = { name: "r", assume_role_policy: "{}", arn: "arn:aws:iam::123456789012:role/r" };
    const resources = [{ address: "aws_iam_role.r", type: "aws_iam_role", values }];
    const state = { terraform_version: "1.9.0", values: { root_module: { resources } } };
    expect(await arnsOf({ "s.json": state }, "s.json")).toEqual(["arn:aws:iam::123456789012:role/r"]);
  });
});
