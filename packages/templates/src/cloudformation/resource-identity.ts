import { textOf } from "@agent-roles/iam";
import { isPlainText } from "./dynamic-reference.ts";
import { placeholder } from "./placeholder.ts";
import { stackPartition, pseudoParameter } from "./intrinsics/pseudo-parameter.ts";
import { once, type Scope, unknown } from "./scope.ts";
import { propertiesOf } from "./stack.ts";

type Resource = Readonly<Record<string, unknown>>;

/** How IAM makes the ARN of a resource type, and whether `Ref` gives the name or the ARN. */
interface IdentityForm {
  readonly prefix: string;
  /** The property that names it. */
  readonly name: string;
  readonly hasPath: boolean;
  readonly refIsArn: boolean;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const forms: ReadonlyMap<unknown, IdentityForm> = new Map<unknown, IdentityForm>([
  ["AWS::IAM::Role", { prefix: "role", name: "RoleName", hasPath: true, refIsArn: false }],
  ["AWS::IAM::User", { prefix: "user", name: "UserName", hasPath: true, refIsArn: false }],
  ["AWS::IAM::ManagedPolicy", { prefix: "policy", name: "ManagedPolicyName", hasPath: true, refIsArn: true }],
  ["AWS::IAM::OIDCProvider", { prefix: "oidc-provider", name: "Url", hasPath: false, refIsArn: true }],
  ["Custom::AWSCDKOpenIdConnectProvider", { prefix: "oidc-provider", name: "Url", hasPath: false, refIsArn: true }],
  ["AWS::IAM::SAMLProvider", { prefix: "saml-provider", name: "Name", hasPath: false, refIsArn: true }],
]);

/** Whether a resource type is an OIDC provider of IAM, CloudFormation's or the CDK's own. */
export function isOidcProvider(type: unknown): boolean {
  return forms.get(type)?.prefix === "oidc-provider";
}

const ARN_ATTRIBUTES = new Set(["Arn", "PolicyArn"]);

/** What `Ref` to a resource gives. */
export function referenceTo(logicalId: string, resource: Resource, at: string, scope: Scope): unknown {
  const form = forms.get(resource["Type"]);
  if (form === undefined) {
    return unknown(
      scope,
      at,
      { Ref: logicalId },
      "nothing (known after deployment)",
      placeholder(logicalId),
      "deployment",
    );
  }
  return form.refIsArn ? arnOf(logicalId, resource, at, scope) : nameOf(logicalId, resource, at, scope);
}

/** What `Fn::GetAtt` gives: ARNs of IAM resources, outputs of nested stacks; the rest is known after deployment. */
export function attributeOf(
  logicalId: string,
  resource: Resource,
  attribute: string,
  at: string,
  scope: Scope,
): unknown {
  if (forms.has(resource["Type"]) && ARN_ATTRIBUTES.has(attribute)) return arnOf(logicalId, resource, at, scope);
  const name = `${logicalId}.${attribute}`;
  const nested = nestedOutput(logicalId, attribute, scope);
  if (nested !== undefined) {
    const asked = { name, at, otherwise: placeholder(name) };
    return once(scope.variant.memo.values, scope, asked, (own) => own.in(nested.stack).resolve(nested.value, at));
  }
  const expression = { "Fn::GetAtt": [logicalId, attribute] };
  return unknown(scope, at, expression, "nothing (known after deployment)", placeholder(name), "deployment");
}

/**
 * The name of an IAM resource. One that CloudFormation will name reads `${LogicalId}`, wherever it is referred to; the stack is
 * before it where several stacks have such a resource.
 */
export function nameOf(logicalId: string, resource: Resource, at: string, scope: Scope): string {
  const form = forms.get(resource["Type"]);
  const property = form?.name ?? "Name";
  const { ambiguousIds } = scope.variant;
  const own = placeholder(ambiguousIds.has(logicalId) ? `${scope.stack.label}.${logicalId}` : logicalId);
  const written = propertiesOf(resource)[property];
  const toName = (name: unknown): string =>
    typeof name === "string" && name !== "" ? name.replace(/^https:\/\//u, "") : own;
  if (isPlainText(written)) return toName(written);
  const asked = { name: `${property} of ${logicalId}`, at, otherwise: own };
  return once(scope.variant.memo.texts, scope, asked, (inner) => toName(inner.resolve(written, at)));
}

/** The ARN of an IAM resource, path included. */
export function arnOf(logicalId: string, resource: Resource, at: string, scope: Scope): string {
  const form = forms.get(resource["Type"]);
  const account = textOf(pseudoParameter("AWS::AccountId", at, scope));
  const path = form?.hasPath === true ? pathOf(logicalId, resource, at, scope) : "/";
  const name = nameOf(logicalId, resource, at, scope);
  return `arn:${stackPartition(at, scope)}:iam::${account}:${form?.prefix ?? ""}${path}${name}`;
}

function pathOf(logicalId: string, resource: Resource, at: string, scope: Scope): string {
  const { Path: written } = propertiesOf(resource);
  if (written === undefined || isPlainText(written)) return toPath(written);
  const asked = { name: `Path of ${logicalId}`, at, otherwise: "/" };
  return once(scope.variant.memo.texts, scope, asked, (own) => toPath(own.resolve(written, at)));
}

function toPath(path: unknown): string {
  return typeof path === "string" && path !== "" ? `/${path.replace(/^\/+|\/+$/gu, "")}/`.replace("//", "/") : "/";
}

function nestedOutput(
  logicalId: string,
  attribute: string,
  { variant, stack }: Scope,
): { stack: Scope["stack"]; value: unknown } | undefined {
  if (!attribute.startsWith("Outputs.")) return undefined;
  const child = variant.stacks.find(({ parent }) => parent?.stack === stack && parent.logicalId === logicalId);
  const output = child?.outputs.get(attribute.slice("Outputs.".length));
  return child === undefined || output === undefined ? undefined : { stack: child, value: output["Value"] };
}
