import { accountOf } from "@agent-roles/iam/arn";
import { definedOnly, type Diagnostic } from "@agent-roles/runtime/role-env";
import type { Severity, TrustCheckInput, TrustContext, TrustRole } from "@agent-roles/trust";
import type { CheckReport, UnreadFile } from "./check-formats/check-report.ts";
import type { CliContext } from "./cli-context.ts";
import { type TrustFlags, withFlags } from "./trust-flags.ts";
import { isPartial, readTrustSet, type TrustSet, type TrustSetOptions, warnOfUnread } from "./trust-set.ts";

export interface CheckTrustOptions extends TrustSetOptions, TrustFlags {
  readonly failOn: Severity;
  /** Templates to compare with. */
  readonly against?: string;
  /** Files of expectations, beside the manifest's. */
  readonly expect?: readonly string[];
}

/** Reads the roles and checks them; warnings go to standard error. */
export async function checkTrust(
  paths: readonly string[],
  options: CheckTrustOptions,
  cli: CliContext,
): Promise<CheckReport> {
  const { accessChanges, checkTrust: check, rules } = await import("@agent-roles/trust");
  const set = await readTrustSet(paths, options, cli);
  const { roles, files, liveAccounts, manifest } = set;
  const ruleIds = [...rules.map(({ id }) => id), "expectation"];
  const context = withFlags(set.context, options, ruleIds);
  warnOfUnknownRules(set, ruleIds, cli);

  const stated = await readExpectations(set, options);
  const unread = new Set(isPartial(paths, options) ? stated.flatMap((each) => accountOf(each.to) ?? []) : []);
  for (const account of liveAccounts) unread.delete(account);
  for (const account of unread) {
    cli.err(
      `warning: no expectation about account ${account} is proven: the account was not read; add --profile with a profile of it`,
    );
  }
  const provable = stated.filter((each) => !unread.has(accountOf(each.to) ?? ""));
  const { suppressions = [] } = manifest?.trust ?? {};
  const { findings, suppressed, unused, expectations } = check({
    roles,
    context,
    expectations: provable,
    suppressions,
  });
  for (const { id, role = "every role", message } of unused) {
    const what = message === undefined ? id : `${id} ("${message}")`;
    cli.err(`warning: the suppression of ${what} for ${role} matches no finding; remove it, or correct it`);
  }
  const { against, live: _live, profile: _profile, envFile: _envFile, ...inputs } = options;
  // A standalone policy file was the same role's then.
  const before = against === undefined ? undefined : await readTrustSet([against], { ...inputs, manifest: false }, cli);
  if (before) warnOfUnread(before, cli);
  // Roles of accounts that were not read are unknown, not removed.
  const isKnown = ({ arn }: TrustRole): boolean => liveAccounts.includes(accountOf(arn) ?? "");
  const rolesBefore = before && (isPartial(paths, options) ? before.roles.filter(isKnown) : before.roles);
  return {
    findings,
    suppressed: suppressed.map(({ finding, reason }) => ({ ...finding, reason })),
    roles,
    files,
    liveAccounts,
    unread: set.unread.map(asUnread),
    failOn: options.failOn,
    ...(asksForAccount(roles, context) && { hint: "pass --own-account ID to find third-party accounts" }),
    ...(expectations.length > 0 && { expectations }),
    ...(rolesBefore && { changes: accessChanges(rolesBefore, roles, context) }),
  };
}

/** Whether accounts are trusted, and none of your own is known. */
function asksForAccount(roles: readonly TrustRole[], { accounts = [] }: TrustContext): boolean {
  if (accounts.length > 0 || roles.some(({ arn }) => accountOf(arn) !== undefined)) return false;
  return roles.some(({ trustPolicy }) => /\b\d{12}\b/.test(JSON.stringify(trustPolicy)));
}

function asUnread({ file = "", line, message, fix }: Diagnostic): UnreadFile {
  return { file, ...definedOnly({ line }), reason: `${message}; ${fix}` };
}

type StatedExpectation = NonNullable<TrustCheckInput["expectations"]>[number];

async function readExpectations(
  { manifest }: TrustSet,
  { expect: files = [] }: CheckTrustOptions,
): Promise<readonly StatedExpectation[]> {
  const stated: StatedExpectation[] = [...(manifest?.trust?.expect ?? [])];
  if (files.length === 0) return stated;
  const { loadExpectations } = await import("@agent-roles/manifest");
  for (const file of files) {
    const loaded = await loadExpectations(file, { organization: manifest?.organization });
    stated.push(...loaded.map(({ expectation, location }) => ({ ...expectation, location })));
  }
  return stated;
}

function warnOfUnknownRules(
  { context }: { readonly context: TrustContext },
  ids: readonly string[],
  { err }: CliContext,
): void {
  for (const id of Object.keys(context.severities ?? {}).filter((each) => !ids.includes(each))) {
    err(`warning: trust.severities: there is no rule ${id}; correct the ID, or remove the entry`);
  }
}
