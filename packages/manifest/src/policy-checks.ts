import { type DefectCode, parseArn, parsePolicy, type PolicyKind } from "@agent-roles/iam";
import { ACCESS_LEVELS, sessionPolicyMistakes } from "@agent-roles/runtime/role-env";
import type { Draft, DraftRole } from "./draft.ts";
import { policyArn } from "./fields.ts";
import { checkManagedPolicy } from "./managed-policies.ts";
import type { ManifestIssue, Path } from "./manifest-issue.ts";
import { sessionPolicyJson } from "./target-roles.ts";

/** Policies of the master or of one target role: each once, of the right account and partition, and one that exists. */
export function policyIssues(draft: Draft, which: "master" | number): ManifestIssue[] {
  const role = which === "master" ? draft.master : draft.roles[which];
  if (!role) return [];
  const base = which === "master" ? ["master"] : ["roles", which];
  const sessionPolicies = "sessionPolicyArns" in role ? role.sessionPolicyArns : [];
  const quota = draft.trust.quotas.attachedPolicies;
  return [
    ...policyList(role.managedPolicies, [...base, "managedPolicies"], role.account, draft),
    ...mistakes(role.permissionsBoundary, role.account, draft).map((issue) => ({
      path: [...base, "permissionsBoundary"],
      ...issue,
    })),
    ...policyList(sessionPolicies, [...base, "sessionPolicyArns"], role.account, draft),
    ...(role.managedPolicies.length > quota ? [tooMany(role.managedPolicies.length, quota, base)] : []),
    ...statementIssues(role.statements, "identity policy", [...base, "statements"]),
    ...(which === "master" ? [] : broadOrEmpty(role, base)),
    ...("sessionPolicy" in role
      ? statementIssues(role.sessionPolicy, "session policy", [...base, "sessionPolicy"])
      : []),
    ...("sessionPolicy" in role ? sessionPolicyIssues(role, base) : []),
  ];
}

/** What the schema does not check. */
const DEFECTS: ReadonlySet<DefectCode> = new Set(["operand", "condition"]);

function statementIssues(statements: readonly unknown[], kind: PolicyKind, path: Path): ManifestIssue[] {
  if (statements.length === 0) return [];
  return parsePolicy({ Version: "2012-10-17", Statement: statements }, kind)
    .defects.filter(({ code }) => DEFECTS.has(code))
    .map(({ place: [, ...place], message, fix = "correct it, or remove it" }) => ({
      path: [...path, ...place],
      message,
      fix,
    }));
}

function sessionPolicyIssues({ access, sessionPolicy, sessionPolicyArns }: DraftRole, base: Path): ManifestIssue[] {
  const policies = {
    access: ACCESS_LEVELS.find((level) => level === access),
    ...(sessionPolicy.length > 0 && { sessionPolicy: sessionPolicyJson(sessionPolicy) }),
    sessionPolicyArns: sessionPolicyArns.map(String),
  };
  const names = { access: "access", sessionPolicy: "sessionPolicy", sessionPolicyArns: "sessionPolicyArns" };
  return sessionPolicyMistakes(policies, names).map(({ path = "", message, fix }) => ({
    path: [...base, path],
    message,
    fix,
  }));
}

function tooMany(count: number, quota: number, base: Path): ManifestIssue {
  const message = `${count} managed policies; IAM attaches ${quota} to a role`;
  const fix = "merge some of them, use statements, or set trust.quotas.attachedPolicies where AWS has raised the quota";
  return { path: [...base, "managedPolicies", quota], message, fix };
}

function policyList(
  arns: readonly (string | undefined)[],
  path: Path,
  account: string | undefined,
  draft: Draft,
): ManifestIssue[] {
  return arns.flatMap((arn, index) => {
    const at = [...path, index];
    const isRepeated = arn !== undefined && arns.indexOf(arn) < index;
    if (isRepeated) return [{ path: at, message: `"${arn}" is listed twice`, fix: "keep it once" }];
    return mistakes(arn, account, draft).map((issue) => ({ path: at, ...issue }));
  });
}

/** IAM attaches AWS managed policies and policies of the role's account only. */
function mistakes(
  arn: string | undefined,
  account: string | undefined,
  { partition = parseArn(arn)?.partition ?? "" }: Draft,
): Pick<ManifestIssue, "message" | "fix" | "severity">[] {
  const parsed = parseArn(arn);
  // The schema reports what is no ARN of a policy.
  if (!parsed || !policyArn.safeParse(arn).success) return [];
  const { partition: found, account: owner } = parsed;
  const name = parsed.resource.slice("policy/".length);
  if (found !== partition || (owner !== "aws" && account !== undefined && owner !== account)) {
    const message = `"${arn}" is not a policy of account ${account ?? "…"} or of AWS in partition ${partition}`;
    const fix = `use arn:${partition}:iam::aws:policy/… or arn:${partition}:iam::${account ?? "<account>"}:policy/…`;
    return [{ message, fix }];
  }
  if (owner !== "aws") return [];
  if (name.startsWith("aws-service-role/")) {
    const fix = "choose a policy outside aws-service-role/";
    return [{ message: `"${arn}" can be attached to service-linked roles only`, fix }];
  }
  const check = checkManagedPolicy(name);
  if (check.kind === "misspelt") {
    const message = `"${arn}" is not an AWS managed policy`;
    return [{ message, fix: `did you mean "arn:${partition}:iam::aws:policy/${check.meant}"?` }];
  }
  if (check.kind === "known" || partition !== "aws") return [];
  const message = `"${arn}" is not an AWS managed policy that this version knows`;
  return [{ message, fix: "check the name, unless the policy is new", severity: "warning" }];
}

/** AWS managed policies with which a role can change its own trust policy and permissions. */
const BROAD_POLICIES = /:iam::aws:policy\/(AdministratorAccess|IAMFullAccess)$/;

function broadOrEmpty(
  role: Pick<DraftRole, "managedPolicies" | "statements" | "permissionsBoundary">,
  base: Path,
): ManifestIssue[] {
  if (role.managedPolicies.length === 0 && role.statements.length === 0) {
    const fix = "add managedPolicies or statements, unless another stack attaches policies";
    return [{ path: base, message: "the role has no permissions", fix, severity: "warning" }];
  }
  if (role.permissionsBoundary !== undefined) return [];
  return role.managedPolicies.flatMap((arn, index) => {
    if (arn === undefined || !BROAD_POLICIES.test(arn)) return [];
    const message = `"${arn}" lets the agent change the role's trust policy and permissions (privilege escalation)`;
    const fix = "choose a narrower policy, or add a permissionsBoundary";
    return [{ path: [...base, "managedPolicies", index], message, fix, severity: "warning" as const }];
  });
}
