import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  assembly,
  BY_ANYONE,
  BY_MASTER,
  cli,
  manifestText,
  MASTER,
  SECOND,
  type TrustFiles,
  trustFiles,
} from "./trust-files.test-helper.ts";

let files: TrustFiles;
let manifest: string;
beforeEach(async () => {
  files = await trustFiles();
  manifest = await files.write("agent-roles.yaml", manifestText());
});
afterEach(() => files.remove());

const check = (...argv: string[]) => cli(["check", "--manifest", manifest, ...argv]);

describe("agent-roles check", () => {
  it("ends with 0 when nothing is wrong", async () => {
    const { code, out, err } = await check(await assembly(files, "cdk.out", BY_MASTER));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe("No findings in 2 roles of 2 files; fails at error and above");
  });

  it("ends with 1 for what lets anyone in, and names the role, the file and the fix", async () => {
    const { code, out } = await check(await assembly(files, "cdk.out", BY_MASTER, BY_ANYONE));
    expect(code).toBe(1);
    expect(out).toMatch(/critical\s+wildcard-principal\s+statement 1/);
    for (const word of [SECOND, "123456789013.template.json", "fix:"]) expect(out).toContain(word);
  });

  it("fails only at --fail-on and above", async () => {
    const soft = await files.write("soft.yaml", manifestText({ severities: { "wildcard-principal": "medium" } }));
    const path = await assembly(files, "cdk.out", BY_MASTER, BY_ANYONE);
    expect((await check(path, "--manifest", soft)).code).toBe(0);
    expect((await check(path, "--manifest", soft, "--fail-on", "medium")).code).toBe(1);
  });

  it("lists what the manifest suppresses, with the reason, and does not fail for it", async () => {
    const suppressions = [{ id: "wildcard-principal", reason: "a public demo" }];
    const known = await files.write("known.yaml", manifestText({ suppressions }));
    const path = await assembly(files, "cdk.out", BY_MASTER, BY_ANYONE);
    const { code, out } = await check(path, "--manifest", known, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      findings: [],
      suppressed: [{ id: "wildcard-principal", role: SECOND, reason: "a public demo" }],
    });
  });

  it("warns of a suppression that matches nothing", async () => {
    const suppressions = [{ id: "wildcard-principal", reason: "gone" }];
    const known = await files.write("known.yaml", manifestText({ suppressions }));
    const { code, err } = await check(await assembly(files, "cdk.out", BY_MASTER), "--manifest", known);
    expect(code).toBe(0);
    expect(err).toContain("wildcard-principal for every role matches no finding");
  });

  it("fails for an expectation that does not hold, even at --fail-on critical", async () => {
    const expectations = [
      { from: MASTER, to: SECOND, with: { externalId: "agent-7f3c91d2" }, decision: "allowed" },
      { from: MASTER, to: SECOND, decision: "denied" },
    ];
    const strict = await files.write("strict.yaml", manifestText({ expect: expectations }));
    const path = await assembly(files, "cdk.out", BY_MASTER);
    const { code, out } = await check(path, "--manifest", strict, "--json", "--fail-on", "critical");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      findings: [{ id: "expectation", role: SECOND }],
      summary: { expectations: 2, held: 1 },
    });
  });

  it("proves what files expect beside the manifest, and shows the counter-example", async () => {
    const holds = await files.write("holds.json", {
      expect: [{ from: "outside-accounts", to: SECOND, decision: "denied" }],
    });
    const broken = await files.write(
      "broken.yaml",
      `expect:\n  - { from: "*", to: "arn:aws:iam::*:role/none", decision: denied }\n  - { from: "${MASTER}", to: "${SECOND}", decision: allowed }\n`,
    );
    const path = await assembly(files, "cdk.out", BY_MASTER);
    expect((await check(path, "--expect", holds)).out).toContain("1 of 1 expectation holds");
    const { code, out } = await check(path, "--expect", holds, "--expect", broken, "--json");
    expect(code).toBe(1);
    const { findings, expectations } = JSON.parse(out);
    expect(findings).toMatchObject([
      {
        id: "expectation",
        message: expect.stringContaining("no role matches"),
        location: { file: broken, line: 2 },
      },
      { id: "expectation", message: expect.stringContaining(`but ${MASTER} with {`), role: SECOND },
    ]);
    expect(expectations.map(({ holds: held }: { holds: boolean }) => held)).toEqual([true, false, false]);
    expect(expectations[2].counterExample.question.role.arn).toBe(SECOND);
  });

  it("names file, line and column of a mistake in a file of expectations", async () => {
    const wrong = await files.write("wrong.yaml", "expect:\n  - { from: me, to: '*', decision: denied }\n");
    const { code, err } = await check(await assembly(files, "cdk.out", BY_MASTER), "--expect", wrong);
    expect(code).toBe(2);
    expect(err).toContain(`${wrong}:2:13: expect[0].from: "me" is not valid; write "*"`);
  });

  it("takes accounts, severities and quotas from flags, over those of the manifest", async () => {
    const partner = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789014:role/ci" },
      Action: "sts:AssumeRole",
    };
    const path = await assembly(files, "cdk.out", BY_MASTER, partner);
    const ids = async (...argv: string[]) =>
      JSON.parse((await check(path, "--json", ...argv)).out).findings.map(({ id }: { id: string }) => id);
    expect(await ids()).toEqual(["unknown-account", "third-party-without-external-id"]);
    expect(await ids("--allow-account", "123456789014")).toEqual(["third-party-without-external-id"]);
    expect(await ids("--own-account", "123456789014")).toEqual([]);
    expect(await ids("--own-account", "123456789014", "--no-manifest")).toEqual([]);
    expect(await ids("--own-account", "123456789014", "--quota", "trustPolicy=100")).toEqual([
      "policy-size",
      "policy-size",
    ]);
    const severity = ["--severity", "unknown-account=info", "--severity", "third-party-without-external-id=medium"];
    expect((await check(path, ...severity)).code).toBe(0);
  });

  it("compares AWS_ROLE_N of a file with the roles, in place of the manifest's", async () => {
    const path = await assembly(files, "cdk.out", BY_MASTER);
    const other = await files.write("other.env", `AWS_ROLE_1=${SECOND}s:MySecondAccount\n`);
    const { code, out } = await check(path, "--env-file", other);
    expect(code).toBe(1);
    expect(out).toContain("account 123456789013 has no role MySecondRoles");
    expect(out).toContain(`${other} (AWS_ROLE_1)`);
    const same = await files.write(
      "same.env",
      `AWS_ROLE_1=${SECOND}:MySecondAccount\nAWS_ROLE_1_EXTERNAL_ID=agent-7f3c91d2\n`,
    );
    expect((await check(path, "--env-file", same)).code).toBe(0);
  });

  it("names the role that a standalone trust policy file belongs to", async () => {
    const policy = await files.write("trust.json", { Version: "2012-10-17", Statement: [BY_ANYONE] });
    expect((await check(policy, "--no-manifest", "--role-arn", SECOND)).out).toContain(SECOND);
    expect((await cli(["explain", "--from", MASTER, "--to", SECOND, policy, "--no-manifest"])).out).toContain(
      `might be able to assume ${SECOND}`,
    );
  });

  it("takes a plain policy file for the same role's, then as now", async () => {
    const policy = { Version: "2012-10-17", Statement: [BY_ANYONE] };
    const [now, before] = [await files.write("trust.json", policy), await files.write("base/trust.json", policy)];
    const { out } = await check(now, "--no-manifest", "--role-arn", SECOND, "--against", before);
    expect(out).toContain("No change in who can assume what.");
  });

  it("takes no other text for a role's ARN", async () => {
    const policy = await files.write("trust.json", { Version: "2012-10-17", Statement: [BY_ANYONE] });
    const { code, err, out } = await check(policy, "--no-manifest", "--role-arn", "arn:aws:iam::1:role/x");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("arn:aws:iam::<12 digits>:role/<name>");
    const asked = await cli(["explain", "--from", MASTER, "--to", "second", policy, "--no-manifest"]);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain("--to second: no such role");
  });

  it("accepts of a rule only the message that the manifest names", async () => {
    const partners = ["999999999999", "888888888888"].map((account) => ({ ...BY_ANYONE, Principal: { AWS: account } }));
    const path = await assembly(files, "cdk.out", BY_MASTER, ...partners);
    const suppressions = [{ id: "unknown-account", message: "999999999999", reason: "a partner" }];
    const known = await files.write("known.yaml", manifestText({ suppressions }));
    const { out } = await check(path, "--manifest", known);
    expect(out).toMatch(/unknown-account {2}statement 2\n +account 888888888888/);
    expect(out).toMatch(/Suppressed\n.*unknown-account.*\n +account 999999999999 .*\n +because a partner/);
  });

  it("warns of a severity for a rule that does not exist", async () => {
    const typo = await files.write("typo.yaml", manifestText({ severities: { "wildcard-principle": "info" } }));
    const { err } = await check(await assembly(files, "cdk.out", BY_MASTER), "--manifest", typo);
    expect(err).toContain("trust.severities: there is no rule wildcard-principle");
  });

  it("shows new access against other templates, and does not fail for a change", async () => {
    const before = await assembly(files, "before", BY_MASTER);
    const partner = {
      ...BY_MASTER,
      Principal: { AWS: "arn:aws:iam::123456789012:role/ci/deployer" },
      Condition: undefined,
    };
    const after = await assembly(files, "after", BY_MASTER, partner);
    const { code, out } = await check(after, "--against", before, "--format", "markdown");
    expect(code).toBe(0);
    expect(out).toMatch(/\| 🔴 \*\*new\*\* \| `arn:aws:iam::123456789012:role\/ci\/deployer` \| `.*MySecondRole`/);
    expect((await check(before, "--against", before)).out).toContain("No change in who can assume what.");
  });

  it.each([
    ["sarif", '"version": "2.1.0"'],
    ["junit", '<?xml version="1.0"'],
    ["markdown", "### ❌"],
    ["github", "::error file="],
    ["json", '"findings": ['],
  ])("prints %s", async (format, part) => {
    const { code, out } = await check(await assembly(files, "cdk.out", BY_ANYONE), "--format", format);
    expect(code).toBe(1);
    expect(out).toContain(part);
  });

  it.each([
    [["--format", "xml"], '--format "xml" is not one of pretty, json'],
    [["--fail-on", "bad"], '--fail-on "bad" is not one of critical, high, error'],
    [["--manifest", "/does/not/exist"], "/does/not/exist"],
    [["--expect", "/does/not/exist"], "/does/not/exist: there is no such file"],
    [["--env-file", "/does/not/exist"], "/does/not/exist: ENOENT"],
    [["--profile", "MySecondAccount"], "Add --live"],
    [["--own-account", "12"], '--own-account "12" is not an account'],
    [["--region", "nowhere"], '--region "nowhere" is not a Region'],
    [["--parameter", "Stage"], '--parameter "Stage" has no "="'],
    [["--parameter", "Stage=prod"], "Stage: no template has a parameter of this name; leave it out"],
    [["--severity", "unknown-account"], '--severity "unknown-account" has no "="'],
    [["--severity", "unknown-acount=low"], "there is no rule unknown-acount"],
    [["--severity", "unknown-account=mild"], '--severity unknown-account= "mild" is not one of critical'],
    [["--quota", "trustPolicy=lots"], '"lots" is not a number of characters'],
    [["--quota", "rolePolicy=1"], '--quota "rolePolicy" is not one of trustPolicy'],
    [["/does/not/exist"], "/does/not/exist"],
  ])("ends %j with 2 and says why", async (argv, why) => {
    // Where a flag is wrong, the path is right.
    const path = argv[0] === "/does/not/exist" ? [] : [await assembly(files, "cdk.out", BY_MASTER)];
    const { code, out, err } = await check(...path, ...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("lists what it cannot read of a directory beside the findings", async () => {
    await assembly(files, "all/cdk.out", BY_MASTER, BY_ANYONE);
    const broken = await files.write("all/broken.json", "{\n// why\n}");
    await files.write("all/left/out.json", "{");
    const { code, out } = await check(join(files.directory, "all"), "--exclude", "left", "--json");
    const { findings, unread } = JSON.parse(out);
    expect({ code, unread }).toEqual({
      code: 1,
      unread: [{ file: broken, line: 2, reason: expect.stringContaining("comment") }],
    });
    expect(findings).toContainEqual(expect.objectContaining({ id: "wildcard-principal" }));
  });

  it("resolves account, Region and parameters of a template from the command line", async () => {
    const template = `Parameters:
  Name: { Type: String }
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Name
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
        - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
        - { Effect: Allow, Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }, Action: sts:AssumeRole }
`;
    const path = await files.write("t.yaml", template);
    const known = ["--own-account", "123456789012", "--region", "us-gov-west-1", "--parameter", "Name=app"];
    const { out } = await cli(["check", path, "--no-manifest", "--json", ...known]);
    const role = "arn:aws-us-gov:iam::123456789012:role/app";
    expect(JSON.parse(out).findings).toMatchObject([{ id: "account-principal-unscoped", role }]);
    const explained = await cli([
      "explain",
      "--from",
      "ec2.amazonaws.com",
      "--to",
      role,
      path,
      "--no-manifest",
      ...known,
    ]);
    expect([explained.code, explained.err]).toEqual([0, ""]);
    expect((await cli(["graph", path, "--no-manifest", ...known])).out).toContain("app");
  });

  it("asks for --own-account where accounts are trusted and none is known, instead of calling each a third party", async () => {
    const statement = { ...BY_ANYONE, Principal: { AWS: "arn:aws:iam::222222222222:role/app" } };
    const role = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: { Statement: [statement] } } };
    const path = await files.write("t.json", { Resources: { R: role } });
    const open = await cli(["check", path, "--no-manifest"]);
    expect(open).toMatchObject({ code: 0, out: expect.stringMatching(/^No findings .*; pass --own-account ID/) });
    const known = await cli(["check", path, "--no-manifest", "--own-account", "111111111111"]);
    expect(known).toMatchObject({ code: 1, out: expect.stringContaining("unknown-account") });
    expect(known.out).not.toContain("pass --own-account");
  });

  it("warns of a key that is there twice, with its line", async () => {
    const path = await files.write(
      "t.yaml",
      "Resources:\n  R: { Type: AWS::S3::Bucket }\n  R: { Type: AWS::SNS::Topic }\n",
    );
    const { code, err } = await cli(["check", path, "--no-manifest"]);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`${path}:3:3: Duplicate key "R"`) });
  });

  it("checks templates without a manifest", async () => {
    const path = await assembly(files, "cdk.out", BY_MASTER);
    const { code, out } = await cli(["check", path, "--no-manifest", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).summary.roles).toBe(2);
  });

  it("explains the order of severities", async () => {
    expect((await cli(["check", "--help"])).out).toContain("critical, high, error, medium, low, info");
  });
});
