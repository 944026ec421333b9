import { textOf } from "@agent-roles/iam";
import { placeholder } from "../placeholder.ts";
import { referenceTo } from "../resource-identity.ts";
import { type Scope, unknown } from "../scope.ts";
import { parameterValue } from "./parameter.ts";
import { pseudoParameter } from "./pseudo-parameter.ts";

/** `Ref`: a pseudo parameter, a parameter or a resource, in this order. */
export function ref(argument: unknown, at: string, scope: Scope): unknown {
  const name = textOf(scope.resolve(argument, at));
  if (name === "AWS::NoValue") return undefined;
  if (name.startsWith("AWS::")) return pseudoParameter(name, at, scope);
  const parameter = scope.stack.parameters.get(name);
  if (parameter !== undefined) return parameterValue(name, parameter, at, scope);
  const resource = scope.stack.resources.get(name);
  if (resource !== undefined) return referenceTo(name, resource, at, scope);
  const why = "nothing (the template has no such parameter or resource)";
  return unknown(scope, at, { Ref: name }, why, placeholder(name));
}
