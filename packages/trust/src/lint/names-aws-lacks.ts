import { OPERATOR_NAMES } from "../condition/operators.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { LintStatement } from "./lint-statement.ts";
import { nearest } from "./nearest.ts";
import type { Principal } from "./principals.ts";
import type { Complaint } from "./rule.ts";
import { isUnresolved } from "./unresolved.ts";

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

/** Actions, principals and condition operators of a trust policy that AWS does not have, and so rejects. */
export function* namesAwsLacks({ actions, excludes, principals, conditions }: LintStatement): Iterable<Complaint> {
  for (const action of excludes ? [] : actions) {
    const pattern = action.toLowerCase();
    if (isUnresolved(action) || STS_ACTIONS.some((known) => matchesWildcard(pattern, known.toLowerCase()))) continue;
    yield lacking(`STS has no action "${action}", and a trust policy takes no others`, nearest(action, STS_ACTIONS));
  }
  for (const principal of principals) yield* principalAwsLacks(principal);
  for (const written of new Set(conditions.flatMap((each) => (each.operator ? [] : [each.written])))) {
    if (isUnresolved(written)) continue;
    const [base = "", set] = written.split(":").toReversed();
    const meant = nearest(base, OPERATOR_NAMES);
    yield lacking(`there is no condition operator "${written}"`, meant && (set ? `${set}:${meant}` : meant));
  }
}

function* principalAwsLacks({ type, value, arn }: Principal): Iterable<Complaint> {
  if (type === "Service") {
    if (SERVICE.test(value) || isUnresolved(value) || /[*?]/.test(value)) return;
    const [name = ""] = value.split(/\.(?:amazon|aws)|\.com/);
    yield lacking(`no service is called "${value}"`, `${name}.amazonaws.com`);
    return;
  }
  const account = arn?.account ?? (type === "AWS" && /^\d+$/.test(value) ? value : undefined);
  if (account === undefined || /^\d{12}$|[*?]/.test(account) || isUnresolved(account)) return;
  yield {
    message: `AWS rejects it: principal "${value}" has "${account}" for an account id`,
    fix: "write the twelve digits of the account id, in quotes where the source is YAML",
  };
}

function lacking(what: string, meant: string | undefined): Complaint {
  const message = `AWS rejects it: ${what}`;
  return meant === undefined ? { message, fix: "write a name that AWS has" } : { message, fix: `was ${meant} meant?` };
}
