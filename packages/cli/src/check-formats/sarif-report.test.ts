import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import ajvDraft04 from "ajv-draft-04";
import formats from "ajv-formats";
import { expect, it } from "vitest";
import type { CheckReport } from "./check-report.ts";
import { exampleChange, exampleFinding, exampleReport, SECOND } from "./example-report.test-helper.ts";
import { sarifReport } from "./sarif-report.ts";

const ajv = new ajvDraft04.default({ strict: false, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(schema);

function sarif(changes: Partial<CheckReport>) {
  const log = JSON.parse(sarifReport(exampleReport(changes), [], "1.2.3"));
  expect(validate(log), ajv.errorsText(validate.errors)).toBe(true);
  return log.runs[0];
}

const fingerprint = (changes: Parameters<typeof exampleFinding>[0]): unknown =>
  sarif({ findings: [exampleFinding(changes)] }).results[0].partialFingerprints;

it("follows the schema of SARIF 2.1.0, which refuses what does not", () => {
  sarif({});
  sarif({ findings: [] });
  sarif({ findings: [exampleFinding({ location: { file: "live" }, statement: "Sid" })] });
  expect(validate({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
});

it("names the tool and its version", () => {
  expect(sarif({}).tool.driver).toMatchObject({ name: "agent-roles", version: "1.2.3", semanticVersion: "1.2.3" });
});

it("points at file and line, and names role and construct", () => {
  const [result] = sarif({}).results;
  expect(result).toMatchObject({ ruleId: "wildcard-principal", ruleIndex: 0, level: "error" });
  expect(result.locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: "cdk.out/agent-roles-123456789013.template.json" },
    region: { startLine: 7 },
  });
  expect(JSON.stringify(result.locations[0].logicalLocations)).toContain(SECOND);
});

it("writes a file's name as a URI", () => {
  const [result] = sarif({ findings: [exampleFinding({ location: { file: "my out\\a#b%.json" } })] }).results;
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe("my%20out/a%23b%25.json");
});

it("gives the rule's severity on GitHub's scale", () => {
  const findings = [exampleFinding(), exampleFinding({ id: "policy-size", severity: "low" })];
  const { rules } = sarif({ findings }).tool.driver;
  expect(rules.map((rule: { id: string }) => rule.id)).toEqual(["policy-size", "wildcard-principal"]);
  expect(rules[0].properties["security-severity"]).toBe("3.0");
  expect(rules[1].properties["security-severity"]).toBe("9.5");
});

it("keeps a finding's identity when lines move, and distinguishes two findings", () => {
  expect(fingerprint({ location: { file: "elsewhere.json", line: 99 } })).toEqual(fingerprint({}));
  expect(fingerprint({ statement: 1 })).not.toEqual(fingerprint({}));
});

it("marks what is suppressed with its reason", () => {
  const run = sarif({ findings: [], suppressed: [{ ...exampleFinding(), reason: "a demo" }] });
  expect(run.results[0].suppressions).toEqual([{ kind: "external", justification: "a demo" }]);
});

it("has new and widened access as warnings, each of a rule of its own, and no other change", () => {
  const kinds = ["new", "widened", "narrowed", "removed"] as const;
  const run = sarif({ findings: [], changes: kinds.map((kind) => exampleChange({ kind })) });
  expect(run.results).toMatchObject([
    { ruleId: "new-access", level: "warning", message: { text: expect.stringContaining("can now assume") } },
    { ruleId: "widened-access", level: "warning" },
  ]);
  expect(run.results[0].locations[0].physicalLocation.region.startLine).toBe(7);
  expect(run.tool.driver.rules[0]).toMatchObject({ id: "new-access", properties: { "security-severity": "3.0" } });
});

it("says what an expectation is", () => {
  const [rule] = sarif({ findings: [exampleFinding({ id: "expectation" })] }).tool.driver.rules;
  expect(rule.shortDescription.text).toContain("expectation about who can assume which role");
});

it("makes no link of a message", () => {
  const { results } = sarif({ findings: [exampleFinding({ message: "see [l](javascript:alert(1))" })] });
  expect(results[0].message.text).toContain(String.raw`[l\](javascript:alert(1))`);
});
