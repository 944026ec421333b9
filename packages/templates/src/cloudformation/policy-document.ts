import { asList, asRecord, isRecord } from "@agent-roles/iam";
import type { PolicyDocument } from "@agent-roles/trust";
import { policyFromText } from "../role-builder.ts";
import { MACRO } from "./macro.ts";
import { placeholder } from "./placeholder.ts";

/**
 * A policy document as a template gives it: an object, or its JSON text. What is neither becomes the statement of a
 * document, so that whoever reads it sees that there is something it cannot read. So does a macro beside other members,
 * which can change them or add to them.
 */
export function asPolicyDocument(value: unknown): PolicyDocument {
  if (isRecord(value)) return holdsMacro(value) ? withUnknownStatement(value) : value;
  return typeof value === "string" ? policyFromText(value) : { Statement: value };
}

function holdsMacro(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsMacro);
  return isRecord(value) && (Object.hasOwn(value, MACRO) || Object.values(value).some(holdsMacro));
}

function withUnknownStatement(document: PolicyDocument): PolicyDocument {
  const written = withoutMacros(document);
  const { Statement: statements = [], ...others } = asRecord(written);
  return { ...others, Statement: [...asList(statements), placeholder(MACRO)] };
}

function withoutMacros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMacros);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(([key]) => key !== MACRO);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutMacros(member)]));
}
