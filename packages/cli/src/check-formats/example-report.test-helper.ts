import type { AccessChange, Finding } from "@agent-roles/trust";
import type { CheckReport } from "./check-report.ts";

export const FIRST = "arn:aws:iam::123456789012:role/agent-roles/MyFirstRole";
export const SECOND = "arn:aws:iam::123456789013:role/agent-roles/MySecondRole";
const file = "cdk.out/agent-roles-123456789013.template.json";

/** One finding, with what a test is about in place of the example's. */
export function exampleFinding(changes: Partial<Finding> = {}): Finding {
  return {
    id: "wildcard-principal",
    severity: "critical",
    role: SECOND,
    statement: 0,
    message: "anyone in the world can assume it",
    fix: "name the principals",
    location: { file, line: 7, path: "Stack/Second" },
    ...changes,
  };
}

/** New access, with what a test is about in place of the example's. */
export function exampleChange(changes: Partial<AccessChange> = {}): AccessChange {
  return {
    kind: "new",
    from: "arn:aws:iam::999999999999:root",
    to: SECOND,
    actions: ["sts:AssumeRole", "sts:TagSession"],
    is: "StringEquals sts:ExternalId: a|b\n::error::x",
    location: { file, line: 7, path: "Stack/Second" },
    ...changes,
  };
}

/** Two roles, the first without a finding. */
export function exampleReport(changes: Partial<CheckReport> = {}): CheckReport {
  return {
    findings: [exampleFinding()],
    suppressed: [],
    unread: [],
    roles: [
      { arn: FIRST, location: { file: "cdk.out/agent-roles-123456789012.template.json", path: "Stack/First" } },
      { arn: SECOND, location: { file, line: 7, path: "Stack/Second" } },
    ],
    files: ["cdk.out/agent-roles-123456789012.template.json", file],
    failOn: "error",
    ...changes,
  };
}
