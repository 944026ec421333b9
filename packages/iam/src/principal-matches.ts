import { lastSegment, type Arn } from "./arn.ts";
import { type AwsIdentity, type CallerIdentity, nameOf } from "./caller-identity.ts";
import { quote } from "./json.ts";
import type { Principal, PrincipalElement } from "./policy.ts";
import { anyOf, type Truth } from "./truth.ts";

/** How a trust policy names the caller; what else must allow depends on it. */
export type GrantKind = "account" | "role" | "user" | "session" | "everyone" | "service" | "federated";

/** One principal of a statement that names the caller, or could. */
export interface PrincipalMatch {
  readonly kind: GrantKind;
  readonly truth: Exclude<Truth, "no">;
  readonly principal: string;
  readonly why?: string;
}

/**
 * Finds the principals of a `Principal` element that name the caller.
 *
 * @returns an empty list when none does; a malformed entry counts as one that could.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function matchingPrincipals(element: PrincipalElement, caller: CallerIdentity): readonly PrincipalMatch[] {
  // AWS rejects NotPrincipal in a trust policy. Read as "everyone" it can block a call but never lets one through.
  if (element.negated) return [{ kind: "everyone", truth: "yes", principal: "NotPrincipal" }];
  return element.values.flatMap((principal) => matchOne(principal, caller) ?? []);
}

/** Whether any of the matches holds. */
export function principalTruth(matches: readonly PrincipalMatch[]): Truth {
  return anyOf(matches.map((match) => match.truth));
}

function malformed({ type, value }: Principal): PrincipalMatch {
  const principal = type === "AWS" ? value : `{"${type}":${quote(value)}}`;
  return { kind: "everyone", truth: "unknown", principal, why: `Principal ${principal} is not one that AWS accepts` };
}

function matchOne(principal: Principal, caller: CallerIdentity): PrincipalMatch | undefined {
  const { type, value, readable } = principal;
  if (!readable) return malformed(principal);
  switch (type) {
    case "AWS":
      if (value === "*") return { kind: "everyone", truth: "yes", principal: value };
      if (caller.type === "federated" || caller.type === "service") return undefined;
      return matchAws(principal, caller);
    case "Service":
      if (caller.type !== "service") return undefined;
      if (value === "*") return malformed(principal);
      return value === caller.service ? { kind: "service", truth: "yes", principal: value } : undefined;
    case "Federated":
      if (caller.type !== "federated") return undefined;
      if (value === "*") return malformed(principal);
      return value === caller.provider ? { kind: "federated", truth: "yes", principal: value } : undefined;
    default:
      // CanonicalUser is a principal of Amazon S3 bucket policies only.
      return undefined;
  }
}

function matchAws({ value: principal, arn, wholeAccount }: Principal, caller: AwsIdentity): PrincipalMatch | undefined {
  if (!arn) {
    // What is neither ARN nor account is the ID of a deleted principal (AROA…, AIDA…) or a mistake; it names nobody.
    return wholeAccount && principal === caller.arn.account ? { kind: "account", truth: "yes", principal } : undefined;
  }
  if (arn.account !== caller.arn.account || arn.partition !== caller.arn.partition) return undefined;
  if (wholeAccount) return { kind: "account", truth: "yes", principal };
  switch (caller.type) {
    case "role":
      return matchRole(arn, caller);
    case "user":
      return arn.text === caller.principalArn ? { kind: "user", truth: "yes", principal } : undefined;
    case "federated-user":
      return arn.text === caller.arn.text ? { kind: "session", truth: "yes", principal } : undefined;
    case "root":
      return undefined;
  }
}

function matchRole(arn: Arn, caller: Extract<AwsIdentity, { type: "role" }>): PrincipalMatch | undefined {
  const principal = arn.text;
  if (arn.service === "iam" && arn.resource.startsWith("role/")) {
    // Role names are unique in an account, so the name decides when a session ARN hides the path.
    const same = caller.pathKnown ? arn.text === caller.principalArn : lastSegment(arn.resource) === caller.roleName;
    return same ? { kind: "role", truth: "yes", principal } : undefined;
  }
  const [kind, roleName, sessionName, ...rest] = arn.resource.split("/");
  if (arn.service !== "sts" || kind !== "assumed-role" || roleName !== caller.roleName || rest.length > 0) {
    return undefined;
  }
  if (!sessionName) return undefined;
  if (caller.sessionName === undefined) {
    const why = `only the session ${quote(sessionName)} of ${roleName} is named, and the caller's session name is not given`;
    return { kind: "session", truth: "unknown", principal, why };
  }
  return sessionName === caller.sessionName ? { kind: "session", truth: "yes", principal } : undefined;
}

/** Why a `Principal` element does not name the caller, with the mistake if it looks like one. */
export function explainPrincipalMismatch({ name, values, written }: PrincipalElement, caller: CallerIdentity): string {
  const hint = values.map(mistakeIn).find((mistake) => mistake !== undefined);
  const miss = `${name} ${quote(written)} does not name ${nameOf(caller)}`;
  return hint === undefined ? miss : `${miss}; ${hint}`;
}

function mistakeIn({ value, readable }: Principal): string | undefined {
  if (!readable || value === "*") return undefined;
  if (/^A(?:RO|ID)A[A-Z0-9]+$/.test(value)) return `${value} is the ID of a principal that was deleted`;
  if (/[*?]/.test(value)) return `${quote(value)} matches no principal: AWS accepts no wildcard within a principal`;
  if (/:group\//.test(value)) return `${quote(value)} matches no principal: a group is not a principal`;
  return undefined;
}
