import type { Severity, TrustContext, TrustQuotas } from "@agent-roles/trust";
import type { Command } from "commander";
import { SEVERITIES } from "@agent-roles/trust/severity";
import { UsageError } from "./usage-error.ts";
import { oneOf, repeatable } from "./options.ts";
import { accountIds, splitPair } from "./trust-set.ts";

/** Options for the fields of the manifest's `trust:` section; they add to the manifest and override it. */
export function withTrustFlags(command: Command): Command {
  return command
    .addOption(repeatable("--allow-account <id>", "third-party account ID that roles may trust (repeatable)"))
    .addOption(repeatable("--severity <rule=severity>", "severity for a rule, instead of its own (repeatable)"))
    .addOption(repeatable("--quota <name=characters>", `quota that AWS has raised: ${QUOTAS.join(", ")} (repeatable)`));
}

export interface TrustFlags {
  readonly allowAccount?: readonly string[];
  readonly severity?: readonly string[];
  readonly quota?: readonly string[];
}

const QUOTAS = ["trustPolicy", "roleInlinePolicies", "managedPolicy"] as const satisfies readonly (keyof TrustQuotas)[];

/** A context with what flags add. @throws {UsageError} naming the flag, the value and the fix. */
export function withFlags(context: TrustContext, flags: TrustFlags, ruleIds: readonly string[]): TrustContext {
  const { allowAccount = [], severity = [], quota = [] } = flags;
  const allowed = accountIds("--allow-account", allowAccount);
  const severities = Object.fromEntries(severity.map((text) => readSeverity(text, ruleIds)));
  const quotas = Object.fromEntries(quota.map(readQuota));
  return {
    ...context,
    ...(allowed.length > 0 && { allowedAccounts: [...(context.allowedAccounts ?? []), ...allowed] }),
    ...(severity.length > 0 && { severities: { ...context.severities, ...severities } }),
    ...(quota.length > 0 && { quotas: { ...context.quotas, ...quotas } }),
  };
}

function readSeverity(text: string, ruleIds: readonly string[]): readonly [string, Severity] {
  const [rule, severity] = splitPair("--severity", text, "rule=severity, such as assume-cycle=high");
  if (!ruleIds.includes(rule))
    throw new UsageError(`--severity "${text}": there is no rule ${rule}\n  fix: Use one of ${ruleIds.join(", ")}`);
  return [rule, oneOf(`--severity ${rule}=`, severity, SEVERITIES)];
}

function readQuota(text: string): readonly [keyof TrustQuotas, number] {
  const [name, characters] = splitPair("--quota", text, "name=characters, such as trustPolicy=4096");
  if (!/^[1-9]\d{0,6}$/.test(characters)) {
    throw new UsageError(
      `--quota "${text}": "${characters}" is not a number of characters\n  fix: Use the quota that AWS shows.`,
    );
  }
  return [oneOf("--quota", name, QUOTAS), Number(characters)];
}
