import { isRecord } from "@agent-roles/iam";
import type { PolicyDocument, SourceLocation, TrustRole, UnknownValue } from "@agent-roles/trust";
import { readJson } from "./source/read-json.ts";

/** A role whose policies are collected from several places of a source. */
export interface RoleBuilder extends TrustRole {
  /** Filled by {@link addPolicy}. */
  readonly identityPolicies: PolicyDocument[];
  readonly identityPolicyKinds: PolicyKind[];
  readonly managedPolicyArns: string[];
  readonly unknowns: UnknownValue[];
  trustPolicy: PolicyDocument;
  permissionsBoundary?: PolicyDocument;
  maxSessionDuration?: number;
  tags?: Readonly<Record<string, string>>;
}

/** What decides which quota a policy counts against; AWS's own count against none. */
export type PolicyKind = NonNullable<TrustRole["identityPolicyKinds"]>[number];

/** A role without any policy yet. */
export function startRole(arn: string, location: SourceLocation): RoleBuilder {
  const lists = { identityPolicies: [], identityPolicyKinds: [], managedPolicyArns: [], unknowns: [] };
  return { arn, location, ...lists, trustPolicy: {} };
}

/** A policy document from its JSON text; what is not one becomes the statement of a document, so that it is seen. */
export function policyFromText(text: string): PolicyDocument {
  const read = readJson(text, "");
  // Not JSON: the evaluator reports a statement that it cannot read. Which of two equal keys AWS reads is not known.
  if ("errors" in read || read.warnings.length > 0) return { Statement: text };
  return isRecord(read.value) ? read.value : { Statement: read.value };
}

/** Gives the role a policy whose text is known. */
export function addPolicy(role: RoleBuilder, document: PolicyDocument, kind: PolicyKind): void {
  role.identityPolicies.push(document);
  role.identityPolicyKinds.push(kind);
}

/** Attaches a policy that is not in the source; AWS's own are known by their ARNs. */
export function attachByArn(role: RoleBuilder, arn: string): void {
  const at = `managedPolicyArns[${role.managedPolicyArns.length}]`;
  role.managedPolicyArns.push(arn);
  if (arn.includes(":iam::aws:policy/")) return;
  role.unknowns.push({ path: at, expression: arn, assumed: "it grants nothing (its text is not in the source)" });
}
