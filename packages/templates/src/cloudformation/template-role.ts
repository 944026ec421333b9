import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { asList, isRecord, itemsOf, listOf, textOf } from "@agent-roles/iam";
import type { PolicyDocument } from "@agent-roles/trust";
import type { Attachments, AttachTo, IdentityPolicy } from "./attachments.ts";
import { mayBeCreated } from "./intrinsics/conditions.ts";
import { asText } from "./intrinsics/text.ts";
import { MACRO, resourceMacro, templateMacros } from "./macro.ts";
import { placeholder } from "./placeholder.ts";
import { asPolicyDocument } from "./policy-document.ts";
import { arnOf, nameOf } from "./resource-identity.ts";
import { addNote, type Notes, type Scope, unknown } from "./scope.ts";
import { locationOf, propertiesOf, type Stack } from "./stack.ts";

/** A role as it is in one variant. */
export interface RoleVariant {
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  readonly identityPolicies: readonly IdentityPolicy[];
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundary: PolicyDocument | undefined;
  readonly maxSessionDuration: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Reads one `AWS::IAM::Role`.
 *
 * @returns `undefined` when its condition does not hold, so that it is not created, or when it has no trust policy, which
 *   is written down as a problem.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
 */
export function readRole(logicalId: string, scope: Scope, attachments: Attachments): RoleVariant | undefined {
  const resource = scope.stack.resources.get(logicalId) ?? {};
  if (!mayBeCreated(resource, "arn", scope)) return undefined;
  const properties = propertiesOf(resource);
  const { AssumeRolePolicyDocument: trust } = properties;
  const isMissing = trust === undefined || trust === null;
  const macro = resourceMacro(resource) ?? (isMissing ? templateMacros(scope.stack.source.template) : undefined);
  if (isMissing && macro === undefined) {
    scope.variant.problems.push(withoutTrust(logicalId, scope.stack));
    return undefined;
  }
  const arn = arnOf(logicalId, resource, "arn", scope);
  const name = nameOf(logicalId, resource, "arn", scope);
  if (!Object.hasOwn(properties, "RoleName")) {
    unknown(
      scope,
      "arn",
      { Ref: logicalId },
      `nothing (CloudFormation generates the name; here it is ${name})`,
      name,
      "deployment",
    );
  }
  const identityPolicies = inlinePolicies(properties["Policies"], scope);
  const managedPolicyArns: string[] = [];
  const attachTo: AttachTo = { name, identityPolicies, attached: new Set() };
  addManaged(properties["ManagedPolicyArns"], attachTo, managedPolicyArns, scope, attachments);
  attachments.addAttached(attachTo, scope);
  return {
    arn,
    trustPolicy: macro === undefined ? trustPolicy(trust, scope) : changedByMacro(trust, macro, scope),
    identityPolicies,
    managedPolicyArns,
    permissionsBoundary: boundary(properties["PermissionsBoundary"], scope, attachments),
    maxSessionDuration: seconds(scope.resolve(properties["MaxSessionDuration"], "maxSessionDuration")),
    tags: tags(scope.resolve(properties["Tags"], "tags")),
  };
}

function withoutTrust(logicalId: string, stack: Stack): Diagnostic {
  const { file, line } = locationOf(logicalId, stack);
  return {
    file,
    ...(line !== undefined && { line }),
    path: logicalId,
    message: `the role ${logicalId} has no AssumeRolePolicyDocument`,
    fix: "add AssumeRolePolicyDocument; CloudFormation rejects a role without it",
  };
}

/** One that `AWS::NoValue` takes away is nobody's leave to assume the role, and is noted. */
function trustPolicy(value: unknown, scope: Scope): PolicyDocument {
  const resolved = scope.resolve(value, "trustPolicy");
  if (resolved !== undefined) return asPolicyDocument(resolved);
  const assumed = "nobody can assume the role; CloudFormation rejects a role without AssumeRolePolicyDocument";
  return unknown(scope, "trustPolicy", value, assumed, { Statement: [] });
}

/** What is written, and one statement more that nobody knows. */
function changedByMacro(value: unknown, macro: unknown, scope: Scope): PolicyDocument {
  const written = value === undefined || value === null ? {} : trustPolicy(value, scope);
  const { Statement: statements = [] } = written;
  const assumed = "it does not change the role (a macro runs at deployment)";
  const unread = unknown(scope, "trustPolicy", { [MACRO]: macro }, assumed, placeholder(MACRO), "alternative");
  return { ...written, Statement: [...asList(statements), unread] };
}

/** Inline policies; each takes the place of its `PolicyDocument`, also in what is noted. */
function inlinePolicies(value: unknown, scope: Scope): IdentityPolicy[] {
  const notes: Notes = new Map();
  const policies = scope.noting(notes).resolve(value, "identityPolicies");
  for (const note of notes.values()) {
    addNote(scope.variant.notes, {
      ...note,
      path: note.path.replace(/^(identityPolicies\[\d+\])\.PolicyDocument/u, "$1"),
    });
  }
  return listOf(policies).map((policy) => ({
    kind: "inline",
    document: asPolicyDocument(isRecord(policy) && "PolicyDocument" in policy ? policy["PolicyDocument"] : policy),
  }));
}

/** Managed policies: the text of those in the sources, the ARNs of the others. */
function addManaged(
  value: unknown,
  role: AttachTo,
  managedPolicyArns: string[],
  scope: Scope,
  attachments: Attachments,
): void {
  for (const arn of listOf(scope.resolve(value, "managedPolicyArns"))) {
    if (attachments.addManaged(arn, role, scope)) continue;
    const text = asText(arn) ?? JSON.stringify(arn);
    const at = `managedPolicyArns[${managedPolicyArns.length}]`;
    managedPolicyArns.push(text);
    if (!text.includes(":iam::aws:policy/")) {
      unknown(scope, at, text, "it grants nothing (its text is not in the source)", text);
    }
  }
}

function boundary(value: unknown, scope: Scope, attachments: Attachments): PolicyDocument | undefined {
  const arn = scope.resolve(value, "permissionsBoundary");
  if (arn === undefined) return undefined;
  const document = attachments.documentOf(arn, "permissionsBoundary", scope);
  if (document !== undefined) return document;
  return unknown(scope, "permissionsBoundary", arn, "no boundary (its text is not in the source)", undefined);
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function tags(value: unknown): Readonly<Record<string, string>> {
  const list = itemsOf(value).filter(isRecord);
  return Object.fromEntries(list.map(({ Key: key, Value: text }) => [textOf(key), asText(text) ?? ""]));
}
