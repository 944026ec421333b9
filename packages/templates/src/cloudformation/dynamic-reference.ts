import { placeholder } from "./placeholder.ts";
import { type Scope, unknown } from "./scope.ts";

const START = "{{resolve:";
/** A part of it can itself be unknown. */
const REFERENCE = /\{\{resolve:(?:\$\{[^{}]*\}|[^{}])*\}\}/gu;

/** Whether a value is a text that stays as it is. */
export function isPlainText(value: unknown): value is string {
  return typeof value === "string" && !value.includes(START);
}

/**
 * A text whose dynamic references are unknown: the values in Systems Manager or Secrets Manager are read at deployment.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export function withoutReferences(value: unknown, at: string, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item, i) => withoutReferences(item, `${at}[${i}]`, scope));
  if (typeof value !== "string" || !value.includes(START)) return value;
  return value.replaceAll(REFERENCE, (reference) => {
    const assumed = "nothing (read at deployment)";
    return unknown(scope, at, reference, assumed, placeholder(reference.slice("{{".length, -"}}".length)));
  });
}
