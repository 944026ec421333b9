import type { Severity, TrustContext, TrustQuotas, TrustRole } from "@agent-roles/trust";
import { type Command, Option } from "commander";
import { SEVERITIES } from "./check-formats/severity.ts";
import { collect } from "./collect-option.ts";
import { UsageError } from "./describe-error.ts";
import { oneOf } from "./one-of.ts";
import type { TrustSet } from "./trust-set.ts";

/** What the manifest's `trust:` section says, said on the command line; it adds to the manifest, and wins over it. */
export function withTrustFlags(command: Command): Command {
  return command
    .addOption(repeatable("--own-account <id>", "an account of one's own; repeat it for more"))
    .addOption(repeatable("--allow-account <id>", "an account of others that may be trusted; repeat it for more"))
    .addOption(repeatable("--severity <rule=severity>", "another severity for a rule; repeat it for more"))
    .addOption(repeatable("--quota <name=characters>", `a quota that AWS has raised: ${QUOTAS.join(", ")}`));
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect);
}

export interface TrustFlags {
  readonly ownAccount?: readonly string[];
  readonly allowAccount?: readonly string[];
  readonly severity?: readonly string[];
  readonly quota?: readonly string[];
}

const QUOTAS = ["trustPolicy", "roleInlinePolicies", "managedPolicy"] as const satisfies readonly (keyof TrustQuotas)[];

/** A trust set's context with what flags add. @throws {UsageError} naming the flag, the value and the fix. */
export function withFlags(
  { context, roles }: Pick<TrustSet, "context" | "roles">,
  flags: TrustFlags,
  ruleIds: readonly string[],
): TrustContext {
  const { ownAccount = [], allowAccount = [], severity = [], quota = [] } = flags;
  const own = accounts("--own-account", ownAccount);
  const allowed = accounts("--allow-account", allowAccount);
  const severities = Object.fromEntries(severity.map((text) => readSeverity(text, ruleIds)));
  const quotas = Object.fromEntries(quota.map(readQuota));
  return {
    ...context,
    ...(own.length > 0 && { accounts: [...(context.accounts ?? roles.map(accountOf)), ...own] }),
    ...(allowed.length > 0 && { allowedAccounts: [...(context.allowedAccounts ?? []), ...allowed] }),
    ...(severity.length > 0 && { severities: { ...context.severities, ...severities } }),
    ...(quota.length > 0 && { quotas: { ...context.quotas, ...quotas } }),
  };
}

/** What counts as one's own as long as nobody says. */
function accountOf({ arn }: TrustRole): string {
  return arn.split(":")[4] ?? "";
}

function accounts(flag: string, ids: readonly string[]): readonly string[] {
  for (const id of ids) {
    if (!/^\d{12}$/.test(id)) throw new UsageError(`${flag} "${id}" is not an account\n  fix: write the twelve digits`);
  }
  return ids;
}

function readSeverity(text: string, ruleIds: readonly string[]): readonly [string, Severity] {
  const [rule, severity] = pair("--severity", text, "rule=severity, such as assume-cycle=high");
  if (!ruleIds.includes(rule))
    throw new UsageError(`--severity "${text}": there is no rule ${rule}\n  fix: use one of ${ruleIds.join(", ")}`);
  return [rule, oneOf(`--severity ${rule}=`, severity, SEVERITIES)];
}

function readQuota(text: string): readonly [keyof TrustQuotas, number] {
  const [name, characters] = pair("--quota", text, "name=characters, such as trustPolicy=4096");
  if (!/^[1-9]\d{0,6}$/.test(characters)) {
    throw new UsageError(
      `--quota "${text}": "${characters}" is not a number of characters\n  fix: write the quota that AWS shows`,
    );
  }
  return [oneOf("--quota", name, QUOTAS), Number(characters)];
}

function pair(flag: string, text: string, form: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${flag} "${text}" has no "="\n  fix: write ${form}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
