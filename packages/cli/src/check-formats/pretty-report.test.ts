import { stripVTControlCharacters } from "node:util";
import type { Finding } from "@agent-roles/trust";
import { expect, it } from "vitest";
import { exampleFinding, exampleReport, SECOND } from "./example-report.test-helper.ts";
import { markdownReport } from "./markdown-report.ts";
import { prettyReport } from "./pretty-report.ts";

it("groups the findings of a role below its ARN and its place, each with the fix on a line of its own", () => {
  const findings = [exampleFinding(), exampleFinding({ id: "policy-size", severity: "low", message: "is at 95 %" })];
  expect(prettyReport(exampleReport({ findings }), false)).toContain(
    `${SECOND}
cdk.out/agent-roles-123456789013.template.json:7 (Stack/Second)
  critical  wildcard-principal  statement 0
            anyone in the world can assume it
            fix: name the principals
  low       policy-size  statement 0
            is at 95 %
            fix: name the principals`,
  );
});

it("prints what is suppressed and why", () => {
  const suppressed = [{ ...exampleFinding(), reason: "a public demo" }];
  expect(prettyReport(exampleReport({ findings: [], suppressed }), false)).toContain(
    `wildcard-principal  ${SECOND}
    anyone in the world can assume it
    because a public demo`,
  );
});

function unknown(role: string, value: string, changes: Partial<Finding> = {}): Finding {
  const message = `${value} is not known offline; assumed: nothing`;
  return exampleFinding({
    id: "unknown-value",
    severity: "info",
    role,
    message,
    fix: "write the value out",
    ...changes,
  });
}

it("lists the values that are not known offline after what is wrong", () => {
  const findings = [
    unknown(SECOND, '{"Ref":"Stage"} (in 2 roles)'),
    unknown(`${SECOND}y`, "{}"),
    unknown(`${SECOND}z`, "{}", { severity: "high" }),
  ];
  const text = prettyReport(exampleReport({ findings }), false);
  expect(text).toContain(
    `Not known offline (info  unknown-value)
  {"Ref":"Stage"} (in 2 roles) is not known offline; assumed: nothing
    ${SECOND} at cdk.out/agent-roles-123456789013.template.json:7 (Stack/Second)
  {} is not known offline; assumed: nothing
    ${SECOND}y at cdk.out/agent-roles-123456789013.template.json:7 (Stack/Second)
  fix: write the value out

3 findings (1 high, 2 info)`,
  );
  expect(text).toMatch(/^ {2}high +unknown-value/m);
  const markdown = markdownReport(exampleReport({ findings }));
  expect(markdown).toContain("<details><summary>2 not known offline</summary>");
});

it("has colour only where it is wanted, and the same text without it", () => {
  const plain = prettyReport(exampleReport(), false);
  const colored = prettyReport(exampleReport(), true);
  expect(stripVTControlCharacters(plain)).toBe(plain);
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

it("is one line when there is nothing to report", () => {
  expect(prettyReport(exampleReport({ findings: [] }), false)).toBe(
    "No findings in 2 roles of 2 files; fails at error and above",
  );
});
