import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadTrustRoles } from "./load-trust-roles.ts";
import { TrustInputError } from "./trust-input-error.ts";

const trusting = (aws: unknown): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: aws }, Action: "sts:AssumeRole" }],
});
const role = (properties: object): object => ({ Type: "AWS::IAM::Role", Properties: properties });

/** Real files in a directory of their own; what is not text is written as JSON. */
async function directoryOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "trust-inputs-"));
  onTestFinished(async () => rm(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, dirname(name)), { recursive: true });
    const text =
      typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content, null, 1);
    await writeFile(join(cwd, name), text);
  }
  return cwd;
}

const stack = (account: string): object => ({
  type: "aws:cloudformation:stack",
  environment: `aws://${account}/cn-north-1`,
  properties: { templateFile: `${account}.json` },
  metadata: { "/App/Master/Resource": [{ type: "aws:cdk:logicalId", data: "Master" }] },
});

const refused = async (files: Readonly<Record<string, unknown>>, path: string): Promise<TrustInputError> => {
  const error: unknown = await loadTrustRoles([path], { cwd: await directoryOf(files) }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof TrustInputError)) throw new Error(`expected a TrustInputError, got ${String(error)}`);
  for (const problem of error.problems)
    expect(problem).toMatchObject({ file: expect.any(String), fix: expect.stringMatching(/./u) });
  return error;
};

describe("loadTrustRoles", () => {
  it("reads every stack of cdk.out together, each with its account, region and construct paths", async () => {
    const master = role({ RoleName: "master", Path: "/agents/", AssumeRolePolicyDocument: trusting("123456789012") });
    const policy = {
      Type: "AWS::IAM::Policy",
      Properties: {
        PolicyName: "p",
        Roles: [{ Ref: "Master" }],
        PolicyDocument: { Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }] },
      },
    };
    const target = role({
      RoleName: "target",
      AssumeRolePolicyDocument: trusting({ "Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:role/agents/master" }),
    });
    const cwd = await directoryOf({
      "cdk.out/manifest.json": { version: "55.0.0", artifacts: { A: stack("123456789012"), B: stack("123456789013") } },
      "cdk.out/123456789012.json": { Resources: { Master: master, Policy: policy } },
      "cdk.out/123456789013.json": { Resources: { Target: target } },
      "cdk.out/left-over.template.json": { Resources: { Old: target } },
    });
    const { roles, files } = await loadTrustRoles([], { cwd });
    expect(files).toEqual(["cdk.out/123456789012.json", "cdk.out/123456789013.json"]);
    expect(roles).toMatchObject([
      {
        arn: "arn:aws-cn:iam::123456789012:role/agents/master",
        identityPolicies: [{ Statement: [{ Action: "sts:*" }] }],
        location: { file: "cdk.out/123456789012.json", line: 3, path: "App/Master/Resource" },
        unknowns: [],
      },
      {
        arn: "arn:aws-cn:iam::123456789013:role/target",
        trustPolicy: trusting("arn:aws-cn:iam::123456789012:role/agents/master"),
      },
    ]);
  });

  it("reads nested stacks of cdk.out, with the parameters that are passed", async () => {
    const nested = {
      Type: "AWS::CloudFormation::Stack",
      Properties: { Parameters: { Name: "inner" } },
      Metadata: { "aws:asset:path": "inner.nested.template.json" },
    };
    const inner = role({ RoleName: { Ref: "Name" }, AssumeRolePolicyDocument: trusting("*") });
    const cwd = await directoryOf({
      "out/manifest.json": { artifacts: { A: stack("123456789012") } },
      "out/123456789012.json": { Resources: { Nested: nested } },
      "out/inner.nested.template.json": { Parameters: { Name: { Type: "String" } }, Resources: { Inner: inner } },
    });
    const { roles, files } = await loadTrustRoles(["out"], { cwd });
    expect(files).toContain("out/inner.nested.template.json");
    expect(roles).toMatchObject([{ arn: "arn:aws-cn:iam::123456789012:role/inner", unknowns: [] }]);
  });

  it("reads YAML with short intrinsics, the digits of account IDs and the lines of roles", async () => {
    const cwd = await directoryOf({
      "roles.txt": `Parameters:
  Name: { Type: String, Default: reader }
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "\${Name}-role"
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: { AWS: !Join [":", [arn, aws, iam, "", 012345678901, root]] }
            Action: sts:AssumeRole
            Condition: { StringEquals: { "sts:ExternalId": !Select [1, !Split ["/", "a/b"]] } }
  Writer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: writer
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Principal: { AWS: !GetAtt Reader.Arn }, Action: sts:AssumeRole }
`,
    });
    const { roles } = await loadTrustRoles(["roles.txt"], { cwd });
    expect(roles.map(({ arn, location }) => [arn, location.line])).toEqual([
      ["arn:aws:iam::${AWS.AccountId}:role/reader-role", 4],
      ["arn:aws:iam::${AWS.AccountId}:role/writer", 15],
    ]);
    expect(roles[0]?.trustPolicy).toMatchObject({
      Version: "2012-10-17",
      Statement: [
        {
          Principal: { AWS: "arn:aws:iam::012345678901:root" },
          Condition: { StringEquals: { "sts:ExternalId": "b" } },
        },
      ],
    });
    expect(roles[1]?.trustPolicy).toMatchObject({ Statement: { Principal: { AWS: roles[0]?.arn } } });
  });

  it("reads a plain trust policy for the role that is named", async () => {
    const cwd = await directoryOf({ "trust.json": trusting("*") });
    const named = await loadTrustRoles(["trust.json"], { cwd, roleArn: "arn:aws:iam::123456789012:role/x" });
    expect(named.roles).toMatchObject([
      { arn: "arn:aws:iam::123456789012:role/x", trustPolicy: trusting("*"), location: { line: 3 }, unknowns: [] },
    ]);
    const unnamed = await loadTrustRoles(["trust.json"], { cwd });
    expect(unnamed.roles).toMatchObject([{ unknowns: [{ path: "arn" }] }]);
  });
});

describe("loadTrustRoles, with file, place and fix,", () => {
  it("refuses a path that does not exist", async () => {
    expect((await refused({}, "cdk.out")).message).toBe(
      "cdk.out: there is no such file or directory; run npx -p @agent-roles/infra agent-roles-infra for agent-roles.yaml, cdk synth for another CDK app, or name a template",
    );
  });
  it("refuses a file that is neither JSON nor YAML, with the line", async () => {
    expect(await refused({ "a.json": '{\n "a": [1,\n}' }, "a.json")).toMatchObject({
      code: "InvalidSyntax",
      problems: [{ file: "a.json", line: 3 }],
    });
  });
  it.each([["text"], [[1]], [{ version: 1 }], [{ Resources: [] }]])(
    "refuses what is no template: %j",
    async (value) => {
      expect(await refused({ "a.json": JSON.stringify(value) }, "a.json")).toMatchObject({ code: "NotATemplate" });
    },
  );
  it("refuses a binary file", async () => {
    expect(await refused({ a: new Uint8Array([0x89, 0x50, 0xff, 0]) }, "a")).toMatchObject({ code: "InputUnreadable" });
  });
  it("refuses an empty file", async () => {
    expect(await refused({ a: "" }, "a")).toMatchObject({ code: "InvalidSyntax" });
  });
  it("refuses a directory without templates", async () => {
    expect(await refused({ "d/readme.md": "x", "d/package.json": {} }, "d")).toMatchObject({
      code: "NotATemplate",
      problems: [{ file: "d" }],
    });
  });
  it("refuses JSON and YAML that are nested too deeply", async () => {
    expect(await refused({ a: `${"[".repeat(50_000)}${"]".repeat(50_000)}` }, "a")).toBeInstanceOf(TrustInputError);
    expect(await refused({ a: `${"- ".repeat(5000)}x` }, "a")).toBeInstanceOf(TrustInputError);
  });
  it("refuses circular references, and names each step", async () => {
    const resources = {
      A: role({ AssumeRolePolicyDocument: trusting({ "Fn::GetAtt": ["B", "Arn"] }) }),
      B: role({ AssumeRolePolicyDocument: trusting({ "Fn::Sub": "${A.Arn}" }) }),
    };
    expect((await refused({ a: { Resources: resources } }, "a")).message).toBe(
      "a:3: A: circular reference: A → B → A; remove one of the references; CloudFormation rejects circular dependencies",
    );
  });
  it("refuses an assembly that contains itself", async () => {
    const artifacts = { Stage: { type: "cdk:cloud-assembly", properties: { directoryName: "." } } };
    expect((await refused({ "out/manifest.json": { artifacts } }, "out")).message).toContain("20 levels deep");
  });
  it("refuses an assembly whose only stack contains itself", async () => {
    const nested = { Type: "AWS::CloudFormation::Stack", Metadata: { "aws:asset:path": "123456789012.json" } };
    const out = {
      "out/manifest.json": { artifacts: { A: stack("123456789012") } },
      "out/123456789012.json": { Resources: { Nested: nested } },
    };
    expect((await refused(out, "out")).message).toContain("20 levels deep");
  });
  it("refuses files that cannot be read, all at once", async () => {
    const cwd = await directoryOf({});
    await symlink("a", join(cwd, "a"));
    const problems = [{ file: "a", message: "it cannot be read (ELOOP)" }, { file: "b" }];
    await expect(loadTrustRoles(["a", "b"], { cwd })).rejects.toMatchObject({ code: "InputUnreadable", problems });
  });
});

describe("loadTrustRoles, at size,", () => {
  it("reads a role of 10,000 statements in a template of 5 MB", async () => {
    const statement = {
      Effect: "Allow",
      Principal: { AWS: { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root" } },
      Action: "sts:AssumeRole",
    };
    const big = role({ AssumeRolePolicyDocument: { Statement: Array.from({ length: 10_000 }, () => statement) } });
    const other = { Type: "AWS::S3::Bucket", Properties: { Text: "x".repeat(3_500_000) } };
    const cwd = await directoryOf({ a: { Resources: { Other: other, Big: big } } });
    const { roles } = await loadTrustRoles(["a"], { cwd });
    expect(roles[0]?.trustPolicy["Statement"]).toHaveLength(10_000);
    expect(roles[0]?.unknowns.length).toBeGreaterThanOrEqual(10_000);
  });
});

it("reports the place of a mistake in 5 MB of JSON", async () => {
  const roles = Array.from({ length: 20_000 }, (_, i) => [
    `R${i}`,
    role({ Description: "x".repeat(100), AssumeRolePolicyDocument: {} }),
  ]);
  const long = { Type: "AWS::S3::Bucket", Properties: { Text: '\\"'.repeat(500_000) } };
  const text = JSON.stringify({ Resources: { ...Object.fromEntries(roles), Long: long } }, null, 1);
  const cwd = await directoryOf({ a: `${text.slice(0, -2)},\n}` });
  await expect(loadTrustRoles(["a"], { cwd })).rejects.toMatchObject({
    code: "InvalidSyntax",
    problems: [
      {
        file: "a",
        line: text.split("\n").length,
        message: 'it is not JSON: there is a comma before "}"',
      },
    ],
  });
});

const nesting = (url: string): object => ({
  Resources: {
    N: {
      Type: "AWS::CloudFormation::Stack",
      Properties: { TemplateURL: url, Parameters: { Name: "inner" } },
    },
  },
});

describe("loadTrustRoles, nested stacks of a plain template,", () => {
  const child = {
    Parameters: { Name: { Type: "String" } },
    Resources: {
      Inner: role({ RoleName: { Ref: "Name" }, AssumeRolePolicyDocument: trusting("*") }),
    },
  };
  const inner = expect.stringMatching(/:role\/inner$/u);

  it("reads a nested stack by its relative path, once, also when the directory is named", async () => {
    const cwd = await directoryOf({ "d/parent.json": nesting("./child.json"), "d/child.json": child });
    for (const path of ["d", "d/parent.json"]) {
      const { roles, files } = await loadTrustRoles([path], { cwd });
      expect(roles).toMatchObject([{ arn: inner, location: { file: "d/child.json" } }]);
      expect(files.toSorted()).toEqual(["d/child.json", "d/parent.json"]);
    }
  });
  it.each([["https://example.com/child.json"], ["s3://bucket/child.json"], ["missing.json"]])(
    "and says that one is unknown whose template is not there: %s",
    async (url) => {
      const { roles } = await loadTrustRoles(["parent.json"], {
        cwd: await directoryOf({ "parent.json": nesting(url) }),
      });
      expect(roles).toMatchObject([
        {
          location: { file: "parent.json", line: 3, path: "N" },
          unknowns: [{ expression: expect.stringContaining(url) }],
        },
      ]);
    },
  );
  it("ends on nested stacks that contain each other", async () => {
    expect(await refused({ "a.json": nesting("a.json") }, "a.json")).toMatchObject({
      code: "InvalidTemplate",
    });
  });
});
