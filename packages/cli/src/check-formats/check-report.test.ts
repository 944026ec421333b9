import { expect, it } from "vitest";
import { summarize, summaryLine } from "./check-report.ts";
import { exampleFinding, exampleReport } from "./example-report.test-helper.ts";
import { fails, SEVERITIES } from "@agent-roles/trust/severity";

const line = (changes: Parameters<typeof exampleReport>[0]): string => summaryLine(summarize(exampleReport(changes)));

it.each([
  ["error", ["critical", "high", "error"]],
  ["critical", ["critical"]],
  ["info", ["critical", "high", "error", "medium", "low", "info"]],
] as const)("fails at %s and what is above it", (failOn, failing) => {
  expect(SEVERITIES.filter((severity) => fails(severity, failOn))).toEqual(failing);
});

it("counts what failed apart from what was found", () => {
  const findings = [exampleFinding(), exampleFinding({ severity: "medium" }), exampleFinding({ severity: "medium" })];
  expect(summarize(exampleReport({ findings }))).toMatchObject({
    findings: 3,
    failed: 1,
    roles: 2,
    bySeverity: { critical: 1, medium: 2, info: 0 },
  });
});

it("sums up the findings of a check in one line", () => {
  expect(line({})).toBe("1 finding (1 critical) in 2 roles of 2 files; fails at error and above");
  expect(line({ findings: [], failOn: "critical", suppressed: [{ ...exampleFinding(), reason: "known" }] })).toBe(
    "No findings in 2 roles of 2 files, 1 suppressed; fails at critical",
  );
});
