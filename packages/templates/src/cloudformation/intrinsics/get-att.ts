import { itemsOf } from "@agent-roles/iam";
import { asText } from "./text.ts";
import { placeholder } from "../placeholder.ts";
import { attributeOf } from "../resource-identity.ts";
import { type Scope, unknown } from "../scope.ts";

/** `Fn::GetAtt`: `[logical id, attribute]`, or both in one text with a dot. */
export function getAttribute(argument: unknown, at: string, scope: Scope): unknown {
  const parts = typeof argument === "string" ? cut(argument) : itemsOf(argument);
  const [logicalId = "", attribute = ""] = parts.map((part) => asText(scope.resolve(part, at)));
  const resource = scope.stack.resources.get(logicalId);
  if (resource !== undefined) return attributeOf(logicalId, resource, attribute, at, scope);
  const why = "nothing (the template has no such resource)";
  return unknown(scope, at, { "Fn::GetAtt": argument }, why, placeholder(`${logicalId}.${attribute}`));
}

function cut(text: string): readonly string[] {
  const dot = text.indexOf(".");
  return dot === -1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
