import type { AccessChange, Finding } from "@agent-roles/trust";
import { conditionTexts } from "./changes.ts";
import type { CheckReport, SuppressedFinding, UnreadFile } from "./check-report.ts";
import { groupBy } from "@agent-roles/iam";
import { locationText } from "./location-text.ts";
import { fails } from "@agent-roles/trust/severity";
import { xmlText } from "./xml-text.ts";

/**
 * JUnit XML, as build servers show it: a suite for each file, a case for each finding and for each role that has none. A finding
 * below `failOn` passes and prints what was found; a suppressed one is skipped, with its reason. What changed is a suite of its own.
 */
export function junitReport(report: CheckReport): string {
  const cases = [
    ...report.findings.map((finding) => ({ file: finding.location.file, ...findingCase(finding, report) })),
    ...report.suppressed.map((finding) => ({ file: finding.location.file, ...suppressedCase(finding) })),
    ...cleanRoles(report).map(({ arn, location }) => ({ file: location.file, ...testCase("no findings", arn, "") })),
    ...report.unread.map((each) => ({ file: each.file, ...unreadCase(each) })),
    ...(report.changes ?? []).map((change) => ({ file: "who can assume what: what changed", ...changeCase(change) })),
  ];
  const suites = [...groupBy(cases, ({ file }) => file)].map(
    ([file, own]) =>
      `  <testsuite name="${xmlText(file)}"${counts(own)}>\n${own.map(({ xml }) => xml).join("\n")}\n  </testsuite>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="agent-roles check"${counts(cases)}>`,
    ...suites,
    "</testsuites>",
  ].join("\n");
}

interface TestCase {
  readonly xml: string;
  readonly outcome: "passed" | "failure" | "skipped";
}

function findingCase(finding: Finding, { failOn }: CheckReport): TestCase {
  const { severity, message, fix, location } = finding;
  const text = xmlText(`${message}\nfix: ${fix}\n${locationText(location)}`);
  if (!fails(severity, failOn)) {
    return testCase(name(finding), finding.role, `<system-out>${xmlText(severity)}: ${text}</system-out>`);
  }
  const failure = `<failure type="${xmlText(severity)}" message="${xmlText(message)}">${text}</failure>`;
  return { ...testCase(name(finding), finding.role, failure), outcome: "failure" };
}

function suppressedCase(finding: SuppressedFinding): TestCase {
  const skipped = `<skipped message="${xmlText(`suppressed: ${finding.reason}`)}"/>`;
  return { ...testCase(name(finding), finding.role, skipped), outcome: "skipped" };
}

function unreadCase({ file, line, reason }: UnreadFile): TestCase {
  const skipped = `<skipped message="${xmlText(line === undefined ? reason : `line ${line}: ${reason}`)}"/>`;
  return { ...testCase("not read", file, skipped), outcome: "skipped" };
}

/** A change alone never fails a check, so its case passes. */
function changeCase(change: AccessChange): TestCase {
  const lines = [change.actions.join(", "), ...conditionTexts(change)];
  return testCase(`${change.kind}: ${change.from}`, change.to, `<system-out>${xmlText(lines.join("\n"))}</system-out>`);
}

function testCase(title: string, role: string, content: string): TestCase {
  const attributes = `name="${xmlText(title)}" classname="${xmlText(role)}" time="0"`;
  const xml = content === "" ? `    <testcase ${attributes}/>` : `    <testcase ${attributes}>${content}</testcase>`;
  return { xml, outcome: "passed" };
}

function name({ id, statement }: Finding): string {
  return statement === undefined ? id : `${id}, statement ${statement}`;
}

function cleanRoles({ roles, findings, suppressed }: CheckReport): CheckReport["roles"] {
  const found = new Set([...findings, ...suppressed].map(({ role }) => role));
  return roles.filter(({ arn }) => !found.has(arn));
}

function counts(cases: readonly TestCase[]): string {
  const count = (outcome: TestCase["outcome"]): number => cases.filter((each) => each.outcome === outcome).length;
  return ` tests="${cases.length}" failures="${count("failure")}" errors="0" skipped="${count("skipped")}" time="0"`;
}
