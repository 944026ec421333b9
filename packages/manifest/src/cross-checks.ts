import { type Draft, type DraftRole, readDraft } from "./draft.ts";
import type { ManifestIssue } from "./manifest-issue.ts";

/**
 * Checks between fields: unique profiles and roles, one default role, a master that cannot assume itself, policies of the
 * role's own account and partition. Reads a manifest that can be wrong elsewhere, so that all mistakes are reported at once.
 */
export function crossIssues(value: unknown): ManifestIssue[] {
  const draft = readDraft(value);
  return [
    ...masterInReach(draft),
    ...duplicates(draft, "profile", (role) => role.profile),
    ...duplicates(
      draft,
      "roleName",
      (role) => roleKey(role.account, role.roleName),
      roleKey(draft.master.account, draft.master.roleName),
    ),
    ...secondDefaults(draft),
    ...draft.roles.flatMap((role, index) => strangePolicies(role, index, draft)),
    ...strangePartitions(draft),
    ...outsideOfNothing(draft),
  ];
}

/** IAM role names are unique in an account, whatever their path, and without regard to case. */
function roleKey(account: string | undefined, roleName: string | undefined): string | undefined {
  return account && roleName ? `${account}/${roleName.toLowerCase()}` : undefined;
}

function masterInReach({ master, rolePath }: Draft): ManifestIssue[] {
  if (!master.path?.startsWith(rolePath)) return [];
  const message = `"${master.path}" is below rolePath "${rolePath}": the master could assume itself`;
  return [{ path: ["master", "path"], at: "value", message, fix: "give the master a path of its own" }];
}

function duplicates(
  { roles }: Draft,
  field: "profile" | "roleName",
  keyOf: (role: DraftRole) => string | undefined,
  masterKey?: string,
): ManifestIssue[] {
  const seen = new Map<string, string>(masterKey ? [[masterKey, "the master role"]] : []);
  return roles.flatMap((role, index) => {
    const key = keyOf(role);
    if (key === undefined) return [];
    const first = seen.get(key);
    seen.set(key, first ?? `roles[${index}]`);
    if (first === undefined) return [];
    const where = field === "roleName" ? ` in account ${role.account}` : "";
    const message = `"${role[field]}"${where} is already taken by ${first}`;
    return [{ path: ["roles", index, field], at: "value" as const, message, fix: "choose another name" }];
  });
}

function secondDefaults({ roles }: Draft): ManifestIssue[] {
  const defaults = roles.flatMap((role, index) => (role.default ? [index] : []));
  return defaults.slice(1).map((index) => ({
    path: ["roles", index, "default"],
    at: "value",
    message: `roles[${defaults[0]}] is the default already`,
    fix: "keep it on one role",
  }));
}

/** IAM takes AWS's own policies and those of the role's account, nothing else. */
function strangePolicies(role: DraftRole, index: number, { partition }: Draft): ManifestIssue[] {
  const at = (field: string, arns: readonly (string | undefined)[], inList: boolean): ManifestIssue[] =>
    arns.flatMap((arn, position) => {
      const [, arnPartition, , , owner] = arn?.split(":") ?? [];
      if (!arn || !owner || !role.account) return [];
      if (arnPartition === partition && (owner === "aws" || owner === role.account)) return [];
      return [
        {
          path: ["roles", index, field, ...(inList ? [position] : [])],
          at: "value" as const,
          message: `"${arn}" is not a policy of account ${role.account} or of AWS in partition ${partition}`,
          fix: `use arn:${partition}:iam::aws:policy/… or arn:${partition}:iam::${role.account}:policy/…`,
        },
      ];
    });
  return [
    ...at("managedPolicies", role.managedPolicies, true),
    ...at("permissionsBoundary", [role.permissionsBoundary], false),
    ...at("sessionPolicyArns", role.sessionPolicyArns, true),
  ];
}

/** Another partition never matches. */
function strangePartitions({ master, partition }: Draft): ManifestIssue[] {
  return master.trustedBy.flatMap(({ path, arn }) => {
    const found = arn.split(":")[1];
    if (found === partition) return [];
    const message = `"${arn}" is in partition ${found}, the manifest in ${partition}`;
    return [{ path: ["master", "trustedBy", ...path], at: "value" as const, message, fix: "name one partition only" }];
  });
}

function outsideOfNothing({ organization, trust }: Draft): ManifestIssue[] {
  return organization === undefined ? outsideOrganization(trust.expect, ["trust", "expect"]) : [];
}

/** Without an organization everybody, or nobody, would be outside of it. */
export function outsideOrganization(
  expectations: readonly { readonly from?: string | undefined }[],
  path: readonly PropertyKey[],
): ManifestIssue[] {
  return expectations.flatMap(({ from }, index) => {
    if (from !== "outside-organization") return [];
    const message = '"outside-organization" needs an organization, and the manifest names none';
    const fix = "name the organization, or write outside-accounts";
    return [{ path: [...path, index, "from"], at: "value" as const, message, fix }];
  });
}
