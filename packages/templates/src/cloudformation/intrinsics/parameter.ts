import { isRecord, textOf, itemsOf } from "@agent-roles/iam";
import { placeholder } from "../placeholder.ts";
import { once, type Scope, unknown } from "../scope.ts";
import { propertiesOf } from "../stack.ts";
import { asText } from "./text.ts";

/**
 * A parameter: what the parent stack passes, else its default, which is noted, because a deployment can pass another. A default of
 * an SSM parameter type names a place, not the value; it is in the placeholder, because another place is another value.
 */
export function parameterValue(
  name: string,
  parameter: Readonly<Record<string, unknown>>,
  at: string,
  scope: Scope,
): unknown {
  const { Type: type, Default: byDefault } = parameter;
  const passed = passedValue(name, at, scope);
  if (passed !== undefined) return asList(type, passed);
  const place = textOf(type).startsWith("AWS::SSM::Parameter::Value") ? byDefault : undefined;
  if (byDefault === undefined || place !== undefined) {
    const known = place === undefined ? name : `${name} ${textOf(place)}`;
    const assumed = "nothing (the parameter's value is passed at deployment)";
    const cause = scope.stack.parent ? undefined : { parameter: name };
    return unknown(scope, at, { Ref: name }, assumed, placeholder(known), cause);
  }
  return unknown(scope, at, { Ref: name }, "the parameter's default", asList(type, byDefault), "alternative");
}

function passedValue(name: string, at: string, scope: Scope): unknown {
  const { parent, source } = scope.stack;
  if (parent === undefined)
    return source.parameters && Object.hasOwn(source.parameters, name) ? source.parameters[name] : undefined;
  const resource = parent.stack.resources.get(parent.logicalId);
  if (resource === undefined) return undefined;
  const passed = passedParameters(propertiesOf(resource)["Parameters"]);
  if (!Object.hasOwn(passed, name)) return undefined;
  const asked = { name: `parameter ${name}`, at, otherwise: placeholder(name) };
  return once(scope.variant.memo.values, scope, asked, (own) => own.in(parent.stack).resolve(passed[name], at));
}

/** A list parameter is given as one text with commas. */
function asList(type: unknown, value: unknown): unknown {
  const isList = typeof type === "string" && (type === "CommaDelimitedList" || type.includes("List<"));
  const text = asText(value);
  if (text === undefined) return value;
  return isList ? text.split(",").map((item) => item.trim()) : text;
}

/** By name: an object for a stack, a list of keys and values for a stack set. */
function passedParameters(value: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  const list = itemsOf(value).filter(isRecord);
  return Object.fromEntries(list.map(({ ParameterKey: key, ParameterValue: own }) => [textOf(key), own]));
}
