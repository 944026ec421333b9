import { createHash } from "node:crypto";
import type { Finding, Severity } from "@agent-roles/trust";
import type { Invocation, Location, Log, ReportingDescriptor, Result } from "sarif";
import type { CheckReport, SuppressedFinding } from "./check-report.ts";
import { GAINED_ACCESS_RULES, type GainedAccess, gainedAccess } from "./gained-access.ts";
import { level } from "./severity.ts";

/** The texts of a rule in SARIF, besides its ID. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** Why it matters, in a sentence. */
  readonly why: string;
}

/**
 * SARIF 2.1.0, for code scanning.
 *
 * @param rules texts for the rules; one that is not among them is described by its ID.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
export function sarifReport(report: CheckReport, rules: readonly RuleText[], version: string): string {
  const all = [...report.findings, ...report.suppressed, ...gainedAccess(report.changes).map(asFinding)];
  const texts = new Map([...rules, EXPECTATION, ...GAINED_ACCESS_RULES].map((rule) => [rule.id, rule]));
  const found = new Map(all.map(({ id, severity }) => [id, texts.get(id) ?? { id, severity, why: id }]));
  const ids = [...found.keys()].toSorted();
  const driver = {
    name: "agent-roles",
    version,
    semanticVersion: version,
    rules: [...found.values()].toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)).map(descriptor),
  };
  const results = all.map((finding) => result(finding, ids.indexOf(finding.id)));
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", invocations: [invocation(report)], results }],
  };
  return JSON.stringify(log, null, 2);
}

/** An expectation of the team, not a rule of the check. */
const EXPECTATION: RuleText = {
  id: "expectation",
  severity: "critical",
  why: "an expectation about who can assume which role does not hold",
};

/** Access that is new or wider, as a result to review. */
function asFinding({ id, severity, message, change }: GainedAccess): Finding {
  return { id, severity, role: change.to, message, fix: "check that this is intended", location: change.location };
}

function descriptor({ id, severity, why }: RuleText): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: why },
    defaultConfiguration: { level: level(severity) },
    properties: { tags: ["security", "iam"], "security-severity": SECURITY_SEVERITY[severity], precision: "high" },
  };
}

/** GitHub's scale: above 9 critical, from 7 high, from 4 medium, below that low. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  error: "7.0",
  medium: "5.0",
  low: "3.0",
  info: "1.0",
};

function result(finding: Finding | SuppressedFinding, ruleIndex: number): Result {
  const { id, severity, role, message, fix } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: level(severity),
    message: { text: plainText(`${role}: ${message}\nFix: ${fix}`) },
    locations: [place(finding)],
    partialFingerprints: { "agentRolesFinding/v1": fingerprint(finding) },
    ...("reason" in finding && { suppressions: [{ kind: "external" as const, justification: finding.reason }] }),
  };
}

function place({ role, location: { file, line, path } }: Finding): Location {
  const logicalLocations = [{ fullyQualifiedName: role, kind: "resource" }];
  if (path !== undefined) logicalLocations.push({ fullyQualifiedName: path, kind: "element" });
  // A role that was read through IAM is in no file.
  if (file === "live") return { logicalLocations };
  return { ...physicalPlace(file, line), logicalLocations };
}

function physicalPlace(file: string, line = 1): Location {
  const artifactLocation = { uri: file.split(/[/\\]/).map(encodeURIComponent).join("/") };
  return { physicalLocation: { artifactLocation, region: { startLine: line } } };
}

/** The run of this command, with the files that it could not read. */
function invocation({ unread }: CheckReport): Invocation {
  const toolExecutionNotifications = unread.map(({ file, line, reason }) => ({
    level: "warning" as const,
    message: { text: plainText(reason) },
    locations: [physicalPlace(file, line)],
  }));
  return { executionSuccessful: true, toolExecutionNotifications };
}

/** SARIF reads `[text](URL)` in a message as a link. https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317469 */
function plainText(text: string): string {
  return text.replaceAll("](", String.raw`\](`);
}

/** The same finding keeps its identity when lines move. */
function fingerprint({ id, role, statement, message }: Finding): string {
  return createHash("sha256")
    .update(JSON.stringify([id, role, statement, message]))
    .digest("hex")
    .slice(0, 32);
}
