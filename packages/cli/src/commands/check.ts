import { readFile } from "node:fs/promises";
import type { Severity } from "@agent-roles/trust";
import { Command, Option } from "commander";
import { CHECK_FORMATS } from "../check-formats/format-names.ts";
import type { CheckReport } from "../check-formats/check-report.ts";
import { DEFAULT_FAIL_ON, fails, SEVERITIES } from "../check-formats/severity.ts";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { oneOf } from "../one-of.ts";
import { type ManifestChoice, readTrustSet, withOptionalManifest } from "../trust-set.ts";

const HELP = `
Severities, the worst first: ${SEVERITIES.join(", ")}.
"error" is what never works or AWS rejects; the others tell how much is given away. An expectation that does not hold is
"critical". The manifest's trust: section gives other severities, suppressions with their reasons, and expectations.

Exit codes: 0 nothing at --fail-on or above · 1 a finding there · 2 wrong usage or input`;

interface CheckOptions {
  readonly format: string;
  readonly json?: true;
  readonly failOn: string;
  readonly against?: string;
  readonly live?: boolean;
  readonly manifest: ManifestChoice;
}

/** `agent-roles check`: what is wrong with the trust of templates, offline. */
export function checkCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withOptionalManifest(new Command("check"))
    .description("check who can become whom in templates, offline")
    .argument("[path...]", "cdk.out, templates, Terraform plans, policies (default: cdk.out)")
    .option("--format <format>", CHECK_FORMATS.join(", "), "pretty")
    .addOption(new Option("--json", "the same as --format json"))
    .option("--fail-on <severity>", "exit 1 for findings of this severity and above", DEFAULT_FAIL_ON)
    .option("--against <dir>", "also show what changed in who can assume what since these templates")
    .option("--live", "check the roles of the account whose credentials are in use, too (reads IAM, changes nothing)")
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: CheckOptions) => {
      const format = options.json ? "json" : oneOf("--format", options.format, CHECK_FORMATS);
      const failOn = oneOf("--fail-on", options.failOn, SEVERITIES);
      const report = await check(paths, { ...options, failOn }, context);
      const { rules } = await import("@agent-roles/trust");
      const { formatCheck } = await import("../check-formats/check-format.ts");
      context.out(formatCheck(format, report, { color: context.color, rules, version: await ownVersion() }));
      if (report.findings.some(({ severity }) => fails(severity, failOn))) exitWith(1);
    });
}

async function check(
  paths: readonly string[],
  { against, failOn, live = false, manifest: choice }: CheckOptions & { readonly failOn: Severity },
  { err }: CliContext,
): Promise<CheckReport> {
  const { accessChanges, applySuppressions, lintTrust, proveExpectations } = await import("@agent-roles/trust");
  const { roles, files, context, manifest } = await readTrustSet(paths, choice, { live });
  const { suppressions = [], expect = [] } = manifest?.trust ?? {};
  const expectations = proveExpectations(expect, roles, context);
  const broken = expectations.flatMap(({ finding }) => (finding ? [finding] : []));
  const { findings, suppressed, unused } = applySuppressions([...broken, ...lintTrust(roles, context)], suppressions);
  for (const { id, role = "every role" } of unused) {
    err(`warning: the suppression of ${id} for ${role} silences nothing; remove it, or correct its id and role`);
  }
  const before = against === undefined ? undefined : await readTrustSet([against], false);
  return {
    findings: findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
    suppressed: suppressed.map(({ finding, reason }) => ({ ...finding, reason })),
    roles,
    files,
    failOn,
    ...(expectations.length > 0 && { expectations }),
    ...(before && { changes: accessChanges(before.roles, roles, context) }),
  };
}

async function ownVersion(): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return version;
}
