import { accountOf, parseArn } from "@agent-roles/iam";
import { isRegion, partitionOf } from "@agent-roles/runtime/role-env";
import { type Draft, type DraftRole, readDraft, textsIn } from "./draft.ts";
import { didYouMean } from "./did-you-mean.ts";
import { formatPath, type ManifestIssue, type Path } from "./manifest-issue.ts";
import { policyIssues } from "./policy-checks.ts";
import { stackSetIssues } from "./stack-set-checks.ts";
import { canBeRegion, knownRegions } from "./regions.ts";

/**
 * Checks between fields: unique names, one default role, a master that cannot assume itself, policies and ARNs of the right
 * account and partition, Regions and AWS managed policies that exist. Reads a manifest that can be wrong elsewhere, so that all
 * mistakes are reported at once.
 *
 * @param value a manifest after expand-manifest.ts.
 * @param origin where a path of `value` is written in the file, for messages that name a second place.
 */
export function crossIssues(value: unknown, origin: (path: Path) => Path = (path) => path): ManifestIssue[] {
  const draft = readDraft(value);
  const nameOf = (index: number): string => formatPath(origin(["roles", index]));
  return [
    ...masterInReach(draft),
    ...duplicates(draft, "profile", nameOf),
    ...duplicates(draft, "roleName", nameOf),
    ...repeatedAccounts(draft),
    ...secondDefaults(draft, nameOf),
    ...["master" as const, ...draft.roles.keys()].flatMap((each) => policyIssues(draft, each)),
    ...draft.roles.flatMap((role, index) => regionIssues(role.region, draft.partition, ["roles", index, "region"])),
    ...draft.accounts.flatMap(({ region }, index) =>
      regionIssues(region, draft.partition, ["accounts", index, "region"]),
    ),
    ...foreignPartitions(draft),
    ...replacedTags(draft),
    ...stackSetIssues(draft, value),
    ...dynamicReferences(value),
    ...(draft.organization === undefined ? outsideOrganization(draft.trust.expect, ["trust", "expect"]) : []),
    ...thirdPartiesWithoutExternalId(draft),
  ];
}

/** IAM role names are unique in an account, whatever their path, and without regard to case. */
function roleKey(account: string | undefined, roleName: string | undefined): string | undefined {
  return account && roleName ? `${account}/${roleName.toLowerCase()}` : undefined;
}

function masterInReach({ master, rolePath }: Draft): ManifestIssue[] {
  if (!master.path?.startsWith(rolePath)) return [];
  const message = `"${master.path}" is below rolePath "${rolePath}": the master could assume itself`;
  return [{ path: ["master", "path"], message, fix: "give the master another path" }];
}

function duplicates(
  { roles, master, accounts, deployRoleName }: Draft,
  field: "profile" | "roleName",
  nameOf: (index: number) => string,
): ManifestIssue[] {
  const isRoleName = field === "roleName";
  const seen = new Map<string, string>();
  const named: readonly { path: Path; as: string; role: Partial<DraftRole> }[] = [
    ...(isRoleName ? [{ path: ["master", field], as: "the master role", role: master }] : []),
    ...roles.map((role, index) => ({ path: ["roles", index, field], as: nameOf(index), role })),
  ];
  return named.flatMap(({ path, as, role: { account, profile, roleName } }) => {
    const key = isRoleName ? roleKey(account, roleName) : profile;
    if (key === undefined) return [];
    const deployRole = accounts.find(({ id }) => id === account)?.deployRoleName ?? deployRoleName;
    const isDeployRole = isRoleName && key === roleKey(account, deployRole);
    const first = isDeployRole ? "the role that deploys the stack (deployRoleName)" : seen.get(key);
    seen.set(key, first ?? as);
    if (first === undefined) return [];
    const taken = isRoleName ? `"${roleName}" in account ${account}` : `"${profile}"`;
    const fix = first === as && !isRoleName ? "write a name with {alias}, such as {alias}-read" : "choose another name";
    return [{ path, message: `${taken} is already taken by ${first}`, fix }];
  });
}

function repeatedAccounts({ accounts }: Draft): ManifestIssue[] {
  return (["alias", "id"] as const).flatMap((field) => {
    const seen = new Map<string, number>();
    return accounts.flatMap((account, index): ManifestIssue[] => {
      const value = account[field];
      if (value === undefined) return [];
      const first = seen.get(value);
      seen.set(value, first ?? index);
      if (first === undefined) return [];
      const message = `"${value}" is already the ${field} of accounts[${first}]`;
      return [{ path: ["accounts", index, field], message, fix: "keep each account once" }];
    });
  });
}

function secondDefaults({ roles }: Draft, nameOf: (index: number) => string): ManifestIssue[] {
  const [first = 0, ...others] = roles.flatMap((role, index) => (role.default ? [index] : []));
  return others.map((index) => ({
    path: ["roles", index, "default"],
    message: `${nameOf(first)} is already the default`,
    fix: "keep it on one role in one account",
  }));
}

function regionIssues(region: string | undefined, partition: string | undefined, path: Path): ManifestIssue[] {
  if (partition === undefined) return [];
  const known = knownRegions(partition);
  // The schema reports what does not look like a Region.
  if (region === undefined || !isRegion(region) || known.includes(region)) return [];
  if (!canBeRegion(region)) {
    return [{ path, message: `"${region}" is not a Region`, fix: didYouMean(region, known) }];
  }
  const found = partitionOf(region);
  if (found !== partition) {
    const message = `"${region}" is in partition ${found}, the manifest in ${partition}`;
    return [{ path, message, fix: `use a Region of ${partition}, such as ${known[0]}` }];
  }
  const message = `"${region}" is not a Region that this version knows`;
  return [
    {
      path,
      message,
      fix: `${didYouMean(region, known)} Ignore this for a new Region`,
      severity: "warning",
    },
  ];
}

/** An ARN of another partition never matches. */
function foreignPartitions({ master, roles, partition }: Draft): ManifestIssue[] {
  if (partition === undefined) return [];
  const texts = [
    ...master.trustedBy.flatMap(({ entry }, index) => textsIn(entry, ["master", "trustedBy", index])),
    ...textsIn(master.statements, ["master", "statements"]),
    ...roles.flatMap(({ statements }, index) => textsIn(statements, ["roles", index, "statements"])),
  ];
  return texts.flatMap(({ path, text, at }) => {
    const found = at === undefined ? parseArn(text)?.partition : undefined;
    if (found === undefined || found === partition || /[*?$]/.test(found)) return [];
    const message = `"${text}" is in partition ${found}, the manifest in ${partition}`;
    return [{ path, message, fix: `write arn:${partition}:…` }];
  });
}

/** A session tag replaces the role's tag of the same key in every condition on `aws:PrincipalTag`. */
function replacedTags({ attribution, master, roles }: Draft): ManifestIssue[] {
  const owners = new Map<string, string>();
  for (const key of Object.keys(master.tags)) owners.set(key.toLowerCase(), "the master role");
  for (const { tags, roleName = "" } of roles) {
    for (const key of Object.keys(tags)) owners.set(key.toLowerCase(), `the role ${roleName}`);
  }
  return attribution.sessionTags.flatMap((key, index) => {
    const owner = key === undefined ? undefined : owners.get(key.toLowerCase());
    if (owner === undefined) return [];
    const message = `"${key}" is also a tag of ${owner}, and the agent's session tag would replace it`;
    return [{ path: ["attribution", "sessionTags", index], message, fix: "choose another key" }];
  });
}

/** CloudFormation would replace the text with a secret or a parameter. */
function dynamicReferences(value: unknown): ManifestIssue[] {
  const found = textsIn(value).filter(({ text }) => text.includes("{{resolve:"));
  return found.map(({ text, ...place }) => {
    const message = `"${text}" is a dynamic reference, which CloudFormation would replace`;
    return { ...place, message, fix: "write the text without {{resolve:" };
  });
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
function thirdPartiesWithoutExternalId({ master, trust }: Draft): ManifestIssue[] {
  return master.trustedBy.flatMap(({ account, principal, externalId }, index) => {
    const owner = account ?? accountOf(principal);
    if (owner === undefined || externalId !== undefined || !trust.allowedAccounts.includes(owner)) return [];
    const path = ["master", "trustedBy", index, account === undefined ? "principal" : "account"];
    const message = `account ${owner} is a third party (trust.allowedAccounts), and no external ID is required of it`;
    return [{ path, message, fix: "add an externalId", severity: "warning" as const }];
  });
}

/** Issues of expectations that name `outside-organization` without an organization. */
export function outsideOrganization(
  expectations: readonly { readonly from?: string | undefined }[],
  path: Path,
): ManifestIssue[] {
  return expectations.flatMap(({ from }, index) => {
    if (from !== "outside-organization") return [];
    const message = '"outside-organization" needs an organization, and the manifest names none';
    const fix = "name the organization, or write outside-accounts";
    return [{ path: [...path, index, "from"], message, fix }];
  });
}
