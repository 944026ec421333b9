import { OPERATOR_NAMES } from "./conditions/operators.ts";
import { nearest } from "./nearest.ts";
import type { Defect, Principal, Statement } from "./policy.ts";
import { isUnresolved } from "./unresolved.ts";
import { matchesWildcard } from "./wildcard.ts";

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
const STS_ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:AssumeRoot",
  "sts:DecodeAuthorizationMessage",
  "sts:GetAccessKeyInfo",
  "sts:GetCallerIdentity",
  "sts:GetDelegatedAccessToken",
  "sts:GetFederationToken",
  "sts:GetServiceBearerToken",
  "sts:GetSessionToken",
  "sts:GetWebIdentityToken",
  "sts:SetContext",
  "sts:SetSourceIdentity",
  "sts:TagGetWebIdentityToken",
  "sts:TagSession",
];

/** What the principals of services end in, in all partitions; some of AWS's own, and of Alexa, have an end of their own. */
const SERVICE =
  /\.(?:amazonaws\.(?:com|com\.cn|eu)|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$|^alexa-[a-z]+\.amazon\.com$/;

/** Actions, principals and condition operators that AWS does not have; of actions only those of a trust policy are known. */
export function* unknownNames({ kind, action, principal, conditions }: Statement): Iterable<Defect> {
  if (kind === "trust policy" && action && !action.negated) {
    for (const value of action.values) {
      const pattern = value.toLowerCase();
      if (isUnresolved(value) || STS_ACTIONS.some((known) => matchesWildcard(pattern, known.toLowerCase()))) continue;
      const message = `STS has no action "${value}", and a trust policy accepts no others`;
      yield { code: "action", message, place: action.place, ...fixFor(nearest(value, STS_ACTIONS)) };
    }
  }
  for (const each of principal?.values ?? []) yield* unknownPrincipal(each);
  const written = new Map(conditions.flatMap((each) => (each.operator ? [] : [[each.written, each.place] as const])));
  for (const [operator, place] of written) {
    if (isUnresolved(operator)) continue;
    const [base = "", set] = operator.split(":").toReversed();
    const meant = nearest(base, OPERATOR_NAMES);
    const message = `there is no condition operator "${operator}"`;
    yield { code: "operator", message, place, ...fixFor(meant && (set ? `${set}:${meant}` : meant)) };
  }
}

function* unknownPrincipal({ type, value, arn, place }: Principal): Iterable<Defect> {
  if (type === "Service") {
    if (SERVICE.test(value) || isUnresolved(value) || /[*?]/.test(value)) return;
    const [name = ""] = value.split(/\.(?:amazon|aws)|\.com/);
    yield { code: "principal", message: `no service is called "${value}"`, place, ...fixFor(`${name}.amazonaws.com`) };
    return;
  }
  const account = arn?.account ?? (type === "AWS" && /^\d+$/.test(value) ? value : undefined);
  if (account === undefined || /^\d{12}$|[*?]/.test(account) || isUnresolved(account)) return;
  const message = `principal "${value}" has the account ID "${account}"`;
  yield { code: "principal", message, place, fix: "write the twelve digits of the account ID, in quotes in YAML" };
}

function fixFor(meant: string | undefined): { readonly fix: string } {
  return { fix: meant === undefined ? "write a name that AWS has" : `did you mean ${meant}?` };
}
