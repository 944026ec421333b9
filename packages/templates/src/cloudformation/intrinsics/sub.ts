import { isRecord } from "@agent-roles/iam";
import type { Scope } from "../scope.ts";
import { getAttribute } from "./get-att.ts";
import { ref } from "./ref.ts";
import { asText, capped, malformed } from "./text.ts";

const VARIABLE = /\$\{(!?)([^{}]*)\}/gu;

/**
 * `Fn::Sub`: a text, or `[text, { variable: value }]`. `${!x}` stays as `${x}`, which is how policy variables are written.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html
 */
export function sub(argument: unknown, at: string, scope: Scope): unknown {
  const [text, variables] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument, {}];
  if (typeof text !== "string") return malformed("Fn::Sub", argument, at, scope);
  const given = new Map(isRecord(variables) ? Object.entries(variables) : []);
  const resolved = new Map<string, unknown>();
  const valueOf = (name: string): unknown => {
    if (!resolved.has(name)) {
      resolved.set(name, given.has(name) ? scope.resolve(given.get(name), at) : reference(name, at, scope));
    }
    return resolved.get(name);
  };
  const substituted = text.replaceAll(VARIABLE, (whole, literal: string, inner: string) => {
    const name = inner.trim();
    if (literal === "!") return `\${${name}}`;
    return asText(valueOf(name)) ?? malformed("Fn::Sub", whole, at, scope);
  });
  return capped(substituted, "Fn::Sub", at, scope);
}

function reference(name: string, at: string, scope: Scope): unknown {
  return name.includes(".") ? getAttribute(name, at, scope) : ref(name, at, scope);
}
