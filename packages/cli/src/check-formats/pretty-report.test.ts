import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { exampleFinding, exampleReport, SECOND } from "./example-report.test-helper.ts";
import { prettyReport } from "./pretty-report.ts";

it("groups the findings of a role below its ARN and its place, each with the fix on a line of its own", () => {
  const findings = [
    exampleFinding(),
    exampleFinding({ id: "policy-size", severity: "warning", message: "is at 95 %" }),
  ];
  expect(prettyReport(exampleReport({ findings }), false)).toContain(
    `${SECOND}
cdk.out/agent-roles-123456789013.template.json:7 (Stack/Second)
  critical  wildcard-principal  statement 0
            anyone in the world may assume it
            fix: name the principals
  warning   policy-size  statement 0
            is at 95 %
            fix: name the principals`,
  );
});

it("tells what is suppressed and why", () => {
  const suppressed = [{ ...exampleFinding(), reason: "a public demo" }];
  expect(prettyReport(exampleReport({ findings: [], suppressed }), false)).toContain(
    `wildcard-principal  ${SECOND}
    anyone in the world may assume it
    because a public demo`,
  );
});

it("has colour only where it is wanted, and the same text without it", () => {
  const plain = prettyReport(exampleReport(), false);
  const colored = prettyReport(exampleReport(), true);
  expect(stripVTControlCharacters(plain)).toBe(plain);
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

it("is one line when there is nothing to tell", () => {
  expect(prettyReport(exampleReport({ findings: [] }), false)).toBe(
    "No findings in 2 roles of 2 files; fails at error and above",
  );
});
