import { Command, Option } from "commander";
import { CHECK_FORMATS } from "../check-formats/format-names.ts";
import { fails, SEVERITIES } from "@agent-roles/trust/severity";
import { DEFAULT_FAIL_ON } from "../check-formats/severity.ts";
import type { CheckTrustOptions } from "../check-trust.ts";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { oneOf, repeatable } from "../options.ts";
import { ownVersion } from "../own-version.ts";
import { withTrustFlags } from "../trust-flags.ts";
import { roleArnOption, withTrustSet } from "../trust-set.ts";

const HELP = `
Severities, most severe first: ${SEVERITIES.join(", ")}.
"error" means that AWS rejects something or that it never works. A "denied" expectation that does not hold is "critical".
The manifest's trust: section sets accounts, quotas, severities, expectations, and suppressions with reasons.

Exit codes: 0 no finding at --fail-on or above · 1 such a finding · 2 wrong usage or input

Examples:
  agent-roles check cdk.out
  agent-roles check cdk.out --against base/cdk.out --format markdown
  agent-roles check --live --profile MyFirstAccount --profile MySecondAccount --env-file cdk.out/agent-roles.env
  agent-roles check --live --against cdk.out       changes made by hand after the deployment`;

interface CheckOptions extends Omit<CheckTrustOptions, "failOn"> {
  readonly format: string;
  readonly json?: true;
  readonly failOn: string;
}

/** `agent-roles check`: finds errors and exposure in trust policies, offline in templates or in live accounts. */
export function checkCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withTrustFlags(withTrustSet(new Command("check")))
    .description("check trust policies in templates, offline, or in live accounts")
    .option("--format <format>", CHECK_FORMATS.join(", "), "pretty")
    .addOption(new Option("--json", "the same as --format json"))
    .option("--fail-on <severity>", "exit 1 for findings of this severity and above", DEFAULT_FAIL_ON)
    .option("--against <directory>", "also show the changes of access since these templates")
    .addOption(repeatable("--expect <file>", "also check the expectations in this file (repeatable)"))
    .addOption(roleArnOption())
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: CheckOptions) => {
      const format = options.json ? "json" : oneOf("--format", options.format, CHECK_FORMATS);
      const failOn = oneOf("--fail-on", options.failOn, SEVERITIES);
      const { checkTrust } = await import("../check-trust.ts");
      const report = await checkTrust(paths, { ...options, failOn }, context);
      const { rules } = await import("@agent-roles/trust");
      const { formatCheck } = await import("../check-formats/check-format.ts");
      const text = formatCheck(format, report, { color: context.color, rules, version: ownVersion() });
      context.out(text, { githubCommands: format === "github" });
      if (report.findings.some(({ severity }) => fails(severity, failOn))) exitWith(1);
    });
}
