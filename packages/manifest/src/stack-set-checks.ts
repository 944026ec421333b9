import { asRecord, itemsOf, valueAt } from "@agent-roles/iam";
import type { Draft } from "./draft.ts";
import type { ManifestIssue } from "./manifest-issue.ts";
import { STACK_SET_ROLES } from "./manifest-schema.ts";

/** Fields of a role that become variables, not part of the template. */
const VARIABLES = new Set(["profile", "account", "region", "environment", "sessionPolicyArns", "default"]);
const SERVICE_MANAGED = ["retainOnAccountRemoval", "delegatedAdministrator"];
const SELF_MANAGED = Object.keys(STACK_SET_ROLES);

/**
 * Checks of `deployment: stack-sets`: fields that belong to the permission model, and roles that one template can give to every
 * account.
 *
 * @param value the manifest that `draft` was read from.
 */
export function stackSetIssues(draft: Draft, value: unknown): ManifestIssue[] {
  const { deployment, stackSets } = draft;
  if (deployment !== "stack-sets") {
    if (stackSets === undefined) return [];
    const message = "stackSets has no effect without deployment: stack-sets";
    return [{ path: ["stackSets"], at: "key", message, fix: "add deployment: stack-sets, or remove stackSets" }];
  }
  return [...modelIssues(stackSets ?? {}), ...executionRoleIssues(draft), ...unequalRoles(draft, value)];
}

function modelIssues(stackSets: Readonly<Record<string, unknown>>): ManifestIssue[] {
  const units: unknown = stackSets["organizationalUnits"];
  const wrong = (units === undefined ? SERVICE_MANAGED : SELF_MANAGED).filter((name) => Object.hasOwn(stackSets, name));
  const issues = wrong.map((name): ManifestIssue => {
    const [message, fix] =
      units === undefined
        ? [`"${name}" needs organizationalUnits`, "add organizationalUnits, or remove it"]
        : [`"${name}" is not used with organizationalUnits: CloudFormation has roles of its own`, "remove it"];
    return { path: ["stackSets", name], at: "key", message, fix };
  });
  const repeated = itemsOf(units).flatMap((unit, index, all): ManifestIssue[] => {
    if (typeof unit !== "string" || all.indexOf(unit) === index) return [];
    const path = ["stackSets", "organizationalUnits", index];
    return [{ path, message: `"${unit}" is listed twice`, fix: "keep it once" }];
  });
  return [...issues, ...repeated];
}

/** The stack of an account cannot delete or change the role that deploys it. */
function executionRoleIssues({ stackSets = {}, roles }: Draft): ManifestIssue[] {
  if (stackSets["organizationalUnits"] !== undefined) return [];
  const { executionRoleName: name = STACK_SET_ROLES.executionRoleName } = stackSets;
  return roles.flatMap(({ roleName }, index) => {
    if (roleName === undefined || roleName.toLowerCase() !== String(name).toLowerCase()) return [];
    const message = `"${roleName}" is already taken by the role that deploys the stack (stackSets.executionRoleName)`;
    return [{ path: ["roles", index, "roleName"], message, fix: "choose another name" }];
  });
}

/** One template for all accounts: every role is in each of them, and only its account ID can differ. */
function unequalRoles({ roles }: Draft, value: unknown): ManifestIssue[] {
  const accounts = [...new Set(roles.flatMap(({ account }) => account ?? []))];
  const names = new Map<string, number[]>();
  for (const [index, { roleName, account }] of roles.entries()) {
    if (roleName !== undefined && account !== undefined) names.set(roleName, [...(names.get(roleName) ?? []), index]);
  }
  return [...names].flatMap(([name, indices]) => {
    const [first = 0] = indices;
    const missing = accounts.filter((id) => indices.every((index) => roles[index]?.account !== id));
    if (missing.length > 0) {
      const message = `"${name}" is not in account ${missing[0]}: a StackSet gives every account the same roles`;
      const fix = "write accounts: all and a roleName without {alias}, or use deployment: accounts";
      return [{ path: ["roles", first, "roleName"], message, fix }];
    }
    const expected = definition(valueAt(value, ["roles", first]), roles[first]?.account ?? "");
    const other = indices.find(
      (index) => definition(valueAt(value, ["roles", index]), roles[index]?.account ?? "") !== expected,
    );
    if (other === undefined) return [];
    const message = `"${name}" differs between accounts ${roles[first]?.account} and ${roles[other]?.account}: a StackSet gives every account the same roles`;
    const fix = "use no text of the account other than {account}, or use deployment: accounts";
    return [{ path: ["roles", other, "roleName"], message, fix }];
  });
}

/** What the template says of a role, with its account replaced. */
function definition(role: unknown, account: string): string {
  const kept = Object.entries(asRecord(role))
    .filter(([name]) => !VARIABLES.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(kept).replaceAll(account, "{account}");
}
