import type {
  AccessChange,
  AccessChangeKind,
  ExpectationResult,
  Finding,
  Severity,
  SourceLocation,
} from "@agent-roles/trust";
import { fails, SEVERITIES } from "@agent-roles/trust/severity";

/** The result of `agent-roles check`. Every format shows the same report. */
export interface CheckReport {
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  /** Every role that was looked at. */
  readonly roles: readonly { readonly arn: string; readonly location: SourceLocation }[];
  /** The files, by the names that were given. */
  readonly files: readonly string[];
  /** IDs of the accounts that were read through IAM. */
  readonly liveAccounts?: readonly string[];
  readonly failOn: Severity;
  /** Files of directories that were not read; they fail nothing. */
  readonly unread: readonly UnreadFile[];
  /** The option that makes more checks possible. */
  readonly hint?: string;
  /** The expectations and whether they hold; those that do not hold are also findings. */
  readonly expectations?: readonly ExpectationResult[];
  /** The changes of access against other templates; new access first. */
  readonly changes?: readonly AccessChange[];
}

/** A file of a directory that was not read, and the reason. */
export interface UnreadFile {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly reason: string;
}

/** A suppressed finding, and the reason. */
export interface SuppressedFinding extends Finding {
  readonly reason: string;
}

/** The report in numbers. */
export interface CheckSummary {
  readonly roles: number;
  readonly files: number;
  readonly liveAccounts: number;
  readonly findings: number;
  readonly suppressed: number;
  readonly unread: number;
  readonly expectations: number;
  /** Expectations that hold. */
  readonly held: number;
  /** Findings that fail the check. */
  readonly failed: number;
  readonly failOn: Severity;
  readonly hint?: string;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Changes against other templates; left out when there was nothing to compare with. */
  readonly changes?: Readonly<Record<AccessChangeKind, number>>;
}

export function summarize(report: CheckReport): CheckSummary {
  const { changes } = report;
  const changed = (kind: AccessChangeKind): number => changes?.filter((change) => change.kind === kind).length ?? 0;
  const count = (severity: Severity): number => report.findings.filter((each) => each.severity === severity).length;
  return {
    roles: report.roles.length,
    files: report.files.length,
    liveAccounts: report.liveAccounts?.length ?? 0,
    findings: report.findings.length,
    suppressed: report.suppressed.length,
    unread: report.unread.length,
    expectations: report.expectations?.length ?? 0,
    held: report.expectations?.filter(({ holds }) => holds).length ?? 0,
    failed: report.findings.filter(({ severity }) => fails(severity, report.failOn)).length,
    failOn: report.failOn,
    ...(report.hint !== undefined && { hint: report.hint }),
    bySeverity: {
      critical: count("critical"),
      high: count("high"),
      error: count("error"),
      medium: count("medium"),
      low: count("low"),
      info: count("info"),
    },
    ...(changes && {
      changes: {
        new: changed("new"),
        widened: changed("widened"),
        narrowed: changed("narrowed"),
        removed: changed("removed"),
      },
    }),
  };
}

/** `3 findings (1 critical, 2 medium) in 4 roles of 2 files, 1 suppressed; fails at error and above`. */
export function summaryLine(summary: CheckSummary): string {
  const { roles, files, liveAccounts, findings, suppressed, unread, bySeverity, failOn, expectations, held } = summary;
  const { new: gained = 0, widened = 0 } = summary.changes ?? {};
  const sources = [
    ...(files === 0 && liveAccounts > 0 ? [] : [many(files, "file")]),
    ...(liveAccounts === 0 ? [] : [many(liveAccounts, "live account")]),
  ];
  const each = SEVERITIES.filter((severity) => bySeverity[severity] > 0).map((s) => `${bySeverity[s]} ${s}`);
  return [
    findings === 0 ? "No findings" : `${many(findings, "finding")} (${each.join(", ")})`,
    ` in ${many(roles, "role")} of ${sources.join(" and ")}`,
    suppressed === 0 ? "" : `, ${suppressed} suppressed`,
    unread === 0 ? "" : `; ${many(unread, "file")} not read`,
    expectations === 0
      ? ""
      : `; ${held} of ${many(expectations, "expectation")} ${held === 1 || expectations === 1 ? "holds" : "hold"}`,
    gained + widened === 0 ? "" : `; access: ${gained} new, ${widened} widened`,
    `; fails at ${failOn}${failOn === "critical" ? "" : " and above"}`,
    summary.hint === undefined ? "" : `; ${summary.hint}`,
  ].join("");
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
