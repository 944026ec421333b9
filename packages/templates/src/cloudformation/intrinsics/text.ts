import { quote } from "@agent-roles/iam";
import { holdsPlaceholder, placeholder, splitText } from "../placeholder.ts";
import { type Scope, unknown } from "../scope.ts";

/** Longer than any text that IAM takes; references that double a text at each step would fill the memory. */
const LONGEST_TEXT = 1_000_000;

/** A resolved value inside a text; `undefined` when it is not one. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** The text itself, unless it is too long to be one that IAM takes. */
export function capped(text: string, name: string, at: string, scope: Scope): string {
  if (text.length <= LONGEST_TEXT) return text;
  return unknown(
    scope,
    at,
    name,
    `nothing (the text has ${text.length} characters, more than IAM accepts)`,
    placeholder(name),
  );
}

/** `Fn::Join`: `[delimiter, [values]]`. */
export function join(argument: unknown, at: string, scope: Scope): unknown {
  const [delimiter, values] = pair(argument);
  const resolved = scope.resolve(values, at);
  const texts = Array.isArray(resolved) ? resolved.map(asText) : undefined;
  if (typeof delimiter !== "string" || texts === undefined || texts.includes(undefined)) {
    return malformed("Fn::Join", argument, at, scope, resolved);
  }
  return capped(texts.join(delimiter), "Fn::Join", at, scope);
}

/** `Fn::Split`: `[delimiter, text]`. */
export function split(argument: unknown, at: string, scope: Scope): unknown {
  const [delimiter, value] = pair(argument);
  const resolved = scope.resolve(value, at);
  const text = asText(resolved);
  if (typeof delimiter !== "string" || delimiter === "" || text === undefined) {
    return malformed("Fn::Split", argument, at, scope, resolved);
  }
  return splitText(text, delimiter);
}

/** `Fn::Select`: `[index, [values]]`. */
export function select(argument: unknown, at: string, scope: Scope): unknown {
  const [position, values] = pair(argument);
  const [place, list] = [scope.resolve(position, at), scope.resolve(values, at)];
  const index = Number(asText(place) ?? Number.NaN);
  if (Array.isArray(list) && Object.hasOwn(list, index)) return list[index];
  return malformed("Fn::Select", argument, at, scope, values === undefined ? undefined : [place, list]);
}

/** `Fn::Length`, of a list whose items need not be known. */
export function length(argument: unknown, at: string, scope: Scope): unknown {
  const list = scope.resolve(argument, at);
  return Array.isArray(list) ? list.length : malformed("Fn::Length", argument, at, scope, list);
}

/** `Fn::ToJsonString`. */
export function toJsonString(argument: unknown, at: string, scope: Scope): unknown {
  return JSON.stringify(scope.resolve(argument, at)) ?? malformed("Fn::ToJsonString", argument, at, scope);
}

/**
 * What a function reads as whose argument is not of its form, or depends on what is unknown.
 *
 * @param resolved what the function has resolved of it: to do that again in functions within functions doubles the time at
 *   each step.
 */
export function malformed(
  name: string,
  argument: unknown,
  at: string,
  scope: Scope,
  resolved: unknown = scope.noting(new Map()).resolve(argument, at),
): string {
  const why = holdsPlaceholder(resolved)
    ? "nothing (its argument is unknown)"
    : `nothing (${name} does not accept ${quote(argument)})`;
  return unknown(scope, at, { [name]: argument }, why, placeholder(name));
}

/** The two values of a function that takes a list of two. */
function pair(argument: unknown): readonly unknown[] {
  return Array.isArray(argument) && argument.length === 2 ? (argument as readonly unknown[]) : [];
}
