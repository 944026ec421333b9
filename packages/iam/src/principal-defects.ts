import { quote } from "./json.ts";
import type { Defect, Principal, Statement } from "./policy.ts";
import { isUnresolved } from "./unresolved.ts";

/** What the names of services end in, in all partitions; some of AWS's own, and of Alexa, have an end of their own. */
const SERVICE =
  /\.(?:amazonaws\.(?:com|com\.cn|eu)|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$|^alexa-[a-z]+\.amazon\.com$/;
/** Identity providers that IAM knows without an ARN. */
const BUILT_IN: ReadonlySet<string> = new Set([
  "accounts.google.com",
  "cognito-identity.amazonaws.com",
  "graph.facebook.com",
  "www.amazon.com",
]);

/** Whether a text is the name of an AWS service, as a principal has it; Amazon Cognito's name as a provider is none. */
export function isServiceName(text: string): boolean {
  return SERVICE.test(text) && !BUILT_IN.has(text);
}

/** Whether a text is the name of an identity provider that IAM knows without an ARN. */
export function isBuiltInProvider(text: string): boolean {
  return BUILT_IN.has(text);
}

const PARTITION = /^aws(?:-[a-z]+)*$/;
/** Path and name; IAM's own characters. */
const NAME = String.raw`(?:[!-~]+/)*[\w+=,.@-]+`;
/** Principals of IAM, then those of STS. */
const RESOURCES = {
  iam: new RegExp(`^(?:root|(?:role|user)/${NAME})$`),
  sts: /^(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+)$/,
} as const;
const PROVIDER = /^(?:saml-provider|oidc-provider)\/.+/;

/**
 * What AWS rejects in `Principal`. Wildcards and IDs of deleted principals have codes of their own.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function* principalDefects({ kind, effect, principal }: Statement): Iterable<Defect> {
  if (!principal) return;
  const { name, negated, values, place } = principal;
  if (negated && effect === "Allow") {
    yield { code: "not-principal", message: "NotPrincipal with Allow", place };
  }
  if (values.length === 0) yield { code: "principal", message: `${name} is empty`, place };
  if (kind === "trust policy") for (const value of values) yield* entryDefects(value);
}

function* entryDefects(principal: Principal): Iterable<Defect> {
  const { type, value, readable, place } = principal;
  // A part that is unknown offline has no colon.
  const [variable] = /\$\{[^{}]*:[^{}]*\}/.exec(value) ?? [];
  if (variable !== undefined) {
    const message = `principal "${value}": ${variable} is literal text in a principal`;
    yield {
      code: "principal",
      message,
      fix: "write the value out; in CloudFormation, put !Sub before the text",
      place,
    };
  }
  if (isUnresolved(value) || value === "*") return;
  if (type === "Service" || type === "Federated" || type === "AWS") {
    if (!readable) {
      const message = `Principal ${quote(value)} has no type`;
      yield { code: "principal", message, fix: `write { "AWS": ${quote(value)} }`, place };
    } else if (/[*?]/.test(value)) {
      yield { code: "principal-wildcard", message: `principal "${value}" has a wildcard`, place };
    } else {
      const mistake = mistakeIn(principal);
      if (mistake) yield { code: "principal", place, ...mistake };
    }
    return;
  }
  const message = `"${type}" is not a type of principal that a trust policy accepts`;
  yield { code: "principal", message, fix: "use AWS, Service or Federated", place };
}

type Mistake = Pick<Defect, "message" | "fix">;

function mistakeIn({ type, value, arn }: Principal): Mistake | undefined {
  if (type === "Service") {
    if (SERVICE.test(value)) return undefined;
    const [name = ""] = value.split(/\.(?:amazon|aws)|\.com/);
    return { message: `no service is called "${value}"`, fix: `did you mean ${name}.amazonaws.com?` };
  }
  const account = arn?.account ?? (/^\d+$/.test(value) ? value : undefined);
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    const message = `principal "${value}" has the account ID "${account}"`;
    return { message, fix: "write the twelve digits of the account ID, in quotes in YAML" };
  }
  return type === "AWS" ? mistakeInAws(value, arn) : mistakeInProvider(value, arn);
}

function mistakeInAws(value: string, arn: Principal["arn"]): Mistake | undefined {
  // The ID of a principal that was deleted stays in the policy.
  if (/^\d{12}$|^A(?:RO|ID)A[A-Z0-9]{8,}$/.test(value)) return undefined;
  const message = `"${value}" is not an AWS principal`;
  if (!arn) {
    if (isServiceName(value)) return { message, fix: `write { "Service": "${value}" }` };
    return { message, fix: "write the twelve digits of an account, or the ARN of a role, user or session" };
  }
  const { partition, service, region, resource } = arn;
  if (!PARTITION.test(partition)) return { message: `${message}: "${partition}" is not a partition`, fix: "write aws" };
  if (region !== "") return { message: `${message}: IAM ARNs have no Region`, fix: "remove the Region from the ARN" };
  if (service !== "iam" && service !== "sts") return { message, fix: "write the ARN of a role, user or session" };
  if (RESOURCES[service].test(resource)) return undefined;
  if (resource.startsWith("group/")) return { message: `${message}: a group is not a principal`, fix: "name a role" };
  if (PROVIDER.test(resource)) return { message, fix: `write { "Federated": "${value}" }` };
  if (service === "sts") {
    const fix = "write arn:<partition>:sts::<account>:assumed-role/<role>/<session>, or the role's ARN with iam";
    return { message, fix };
  }
  return { message, fix: "write …:root, …:role/<path><name> or …:user/<path><name>" };
}

function mistakeInProvider(value: string, arn: Principal["arn"]): Mistake | undefined {
  if (arn?.service === "iam" && arn.region === "" && PROVIDER.test(arn.resource)) return undefined;
  if (!arn && isBuiltInProvider(value)) return undefined;
  return {
    message: `"${value}" is not an identity provider`,
    fix: "write the provider's ARN: arn:<partition>:iam::<account>:oidc-provider/<host> or …:saml-provider/<name>",
  };
}
