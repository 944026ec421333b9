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
      findings: [{ id: "self-assume" }],
      suppressed: [{ id: "wildcard-principal", role: SECOND, reason: "a public demo" }],
    });
  });

  it("tells a suppression that silences nothing", async () => {
    const suppressions = [{ id: "wildcard-principal", reason: "gone" }];
    const known = await files.write("known.yaml", manifestText({ suppressions }));
    const { code, err } = await check(await assembly(files, "cdk.out", BY_MASTER), "--manifest", known);
    expect(code).toBe(0);
    expect(err).toContain("wildcard-principal for every role silences nothing");
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
    [["/does/not/exist"], "/does/not/exist"],
  ])("ends %j with 2 and says why", async (argv, why) => {
    const { code, out, err } = await check(...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("checks templates without a manifest", async () => {
    const path = await assembly(files, "cdk.out", BY_MASTER);
    const { code, out } = await cli(["check", path, "--no-manifest", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).summary.roles).toBe(2);
  });

  it("explains the order of severities", async () => {
    expect((await cli(["check", "--help"])).out).toContain("critical, high, error, medium, warning, info");
  });
});
