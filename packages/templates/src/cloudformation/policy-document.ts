import { isRecord } from "@agent-roles/iam";
import type { PolicyDocument } from "@agent-roles/trust";

/**
 * A policy document as a template gives it: an object, or its JSON text. What is neither becomes the statement of a
 * document, so that whoever reads it sees that there is something it cannot read.
 */
export function asPolicyDocument(value: unknown): PolicyDocument {
  if (isRecord(value)) return value;
  const parsed = typeof value === "string" ? parse(value) : undefined;
  return parsed ?? { Statement: value };
}

function parse(text: string): PolicyDocument | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON: a placeholder, or a mistake that the evaluator names.
    return undefined;
  }
}
