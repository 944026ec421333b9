import { lastSegment, parseArn, type Arn } from "./arn.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { asList, isRecord, quote } from "./json.ts";
import { anyOf, type Truth } from "./truth.ts";

/** How a trust policy names the caller; what else must allow depends on it. */
export type GrantKind = "account" | "role" | "user" | "session" | "everyone" | "service" | "federated";

/** One principal of a statement that names the caller, or may. */
export interface PrincipalMatch {
  readonly kind: GrantKind;
  readonly truth: Exclude<Truth, "no">;
  readonly principal: string;
  readonly why?: string;
}

/**
 * Finds the principals of a `Principal` element that name the caller.
 *
 * @returns an empty list when none does; a malformed entry counts as one that may.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function matchingPrincipals(element: unknown, caller: CallerIdentity): readonly PrincipalMatch[] {
  if (element === "*") return [{ kind: "everyone", truth: "yes", principal: "*" }];
  if (!isRecord(element)) return [malformed(element)];
  return Object.entries(element).flatMap(([type, values]) =>
    asList(values).flatMap((value) => matchOne(type, value, caller) ?? []),
  );
}

/** Whether any of the matches holds. */
export function principalTruth(matches: readonly PrincipalMatch[]): Truth {
  return anyOf(matches.map((match) => match.truth));
}

function malformed(value: unknown): PrincipalMatch {
  const principal = quote(value);
  return { kind: "everyone", truth: "unknown", principal, why: `Principal ${principal} is not one that AWS accepts` };
}

function matchOne(type: string, value: unknown, caller: CallerIdentity): PrincipalMatch | undefined {
  if (typeof value !== "string") return malformed(value);
  switch (type) {
    case "AWS":
      if (value === "*") return { kind: "everyone", truth: "yes", principal: value };
      if (caller.type === "federated" || caller.type === "service") return undefined;
      return matchAws(value, caller);
    case "Service":
      if (caller.type !== "service") return undefined;
      if (value === "*") return malformed({ [type]: value });
      return value === caller.service ? { kind: "service", truth: "yes", principal: value } : undefined;
    case "Federated":
      if (caller.type !== "federated") return undefined;
      if (value === "*") return malformed({ [type]: value });
      return value === caller.provider ? { kind: "federated", truth: "yes", principal: value } : undefined;
    case "CanonicalUser":
      // A principal of Amazon S3 bucket policies only.
      return undefined;
    default:
      return malformed({ [type]: value });
  }
}

type AwsIdentity = Exclude<CallerIdentity, { type: "federated" | "service" }>;

function matchAws(principal: string, caller: AwsIdentity): PrincipalMatch | undefined {
  if (/^\d{12}$/.test(principal)) {
    return caller.arn.account === principal ? { kind: "account", truth: "yes", principal } : undefined;
  }
  const arn = parseArn(principal);
  // Anything else is the id of a deleted principal (AROA…, AIDA…) or a mistake; neither names anybody.
  if (!arn || arn.account !== caller.arn.account || arn.partition !== caller.arn.partition) return undefined;
  if (arn.service === "iam" && arn.resource === "root") return { kind: "account", truth: "yes", principal };
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
