import { claimPrefix, isUnresolved, type Principal, type Statement } from "@agent-roles/iam";
import { isDemand } from "./conditions.ts";
import { passesExternalId } from "./services.ts";
import { isEveryone } from "./statements.ts";

/** Keys, in lower case, that describe an AWS principal. */
const OF_PRINCIPAL =
  /^aws:(?:principal(?:arn|account|orgid|orgpaths|orgmasteraccountid|tag\/.*)|userid|username|multifactorauth(?:present|age))$/;
/** Keys that only AWS services send. */
const OF_SERVICE = /^aws:(?:source(?:arn|account|orgid|orgpaths)|principalservicename(?:slist)?)$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml */
const SAML_KEYS = new Set(
  `aud cn commonname doc edupersonaffiliation edupersonassurance edupersonentitlement edupersonnickname edupersonorgdn
  edupersonorgunitdn edupersonprimaryaffiliation edupersonprimaryorgunitdn edupersonprincipalname edupersonscopedaffiliation
  edupersontargetedid eduorghomepageuri eduorgidentityauthnpolicyuri eduorglegalname eduorgsuperioruri eduorgwhitepagesuri
  givenname iss mail name namequalifier organizationstatus primarygroupsid sub sub_type surname uid x500uniqueidentifier`.split(
    /\s+/,
  ),
);

/**
 * Whether the calls of a principal never have a condition key, in lower case. About what is unknown offline nothing is said.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function lacksKey(principal: Principal, key: string, statement: Statement): boolean {
  const { type, value, arn } = principal;
  if (isEveryone(principal) || isUnresolved(key)) return false;
  switch (type) {
    case "AWS":
      return OF_SERVICE.test(key) || (key === "aws:username" && isRoleOnly(principal, statement));
    case "Service":
      if (key === "sts:externalid") return !passesExternalId(value);
      if (/^aws:source(?:arn|account)$/.test(key)) return value.startsWith("ec2.");
      // The fields of the certificate are session tags.
      if (value === "rolesanywhere.amazonaws.com" && key.startsWith("aws:principaltag/")) return false;
      return OF_PRINCIPAL.test(key);
    case "Federated": {
      if (OF_PRINCIPAL.test(key) || OF_SERVICE.test(key) || key === "sts:externalid") return true;
      const colon = key.lastIndexOf(":");
      const [prefix, claim] = [key.slice(0, colon), key.slice(colon + 1)];
      if (isUnresolved(arn?.resource ?? value)) return false;
      const own = claimPrefix(value).toLowerCase();
      if (prefix === "saml") return own !== "saml" || !SAML_KEYS.has(claim);
      return prefix.includes(".") && prefix !== own;
    }
    default:
      return false;
  }
}

/** Whether only roles can be meant: by the principal's ARN, or by `aws:PrincipalArn`. */
function isRoleOnly({ arn, wholeAccount }: Principal, { conditions }: Statement): boolean {
  if (!wholeAccount) return /^(?:role|assumed-role)\//.test(arn?.resource ?? "");
  return conditions.some(
    (each) =>
      each.key === "aws:principalarn" &&
      isDemand(each) &&
      each.values.length > 0 &&
      each.values.every((value) => /^arn:[^:]+:iam::[^:]*:role\//.test(value)),
  );
}
