import { isRecord, itemsOf } from "@agent-roles/iam";
import { placeholder } from "../placeholder.ts";
import { type Scope, unknown } from "../scope.ts";
import { ifCondition } from "./conditions.ts";
import { getAttribute } from "./get-att.ts";
import { importValue } from "./import-value.ts";
import { ref } from "./ref.ts";
import { sub } from "./sub.ts";
import { asText, join, length, malformed, select, split, toJsonString } from "./text.ts";

/** Resolves the argument of an intrinsic function; `at` is the place of the function in the result. */
type Intrinsic = (argument: unknown, at: string, scope: Scope) => unknown;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const intrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ["Ref", ref],
  ["Fn::GetAtt", getAttribute],
  ["Fn::ImportValue", importValue],
  ["Fn::Sub", sub],
  ["Fn::Join", join],
  ["Fn::Split", split],
  ["Fn::Select", select],
  ["Fn::Length", length],
  ["Fn::ToJsonString", toJsonString],
  ["Fn::FindInMap", findInMap],
  ["Fn::If", ifCondition],
]);

/** Resolves one intrinsic function; those that only CloudFormation can compute are unknown. */
export function resolveIntrinsic(name: string, argument: unknown, at: string, scope: Scope): unknown {
  const intrinsic = intrinsics.get(name);
  if (intrinsic !== undefined) return intrinsic(argument, at, scope);
  return unknown(scope, at, { [name]: argument }, "nothing (only CloudFormation can compute it)", placeholder(name));
}

/** `Fn::FindInMap`: `[map, key, second key]`, and `{ DefaultValue }` as the fourth with the language extensions. */
function findInMap(argument: unknown, at: string, scope: Scope): unknown {
  const list = itemsOf(argument);
  const resolved = list.slice(0, 3).map((part) => scope.resolve(part, at));
  const [map, top, second] = resolved.map((part) => asText(part) ?? "");
  const row = scope.stack.mappings.get(map ?? "");
  const values = row !== undefined && Object.hasOwn(row, top ?? "") ? row[top ?? ""] : undefined;
  if (isRecord(values) && Object.hasOwn(values, second ?? "")) return scope.resolve(values[second ?? ""], at);
  const [, , , options] = list;
  if (isRecord(options) && "DefaultValue" in options) return scope.resolve(options["DefaultValue"], at);
  return malformed("Fn::FindInMap", argument, at, scope, list.length > 0 ? resolved : undefined);
}
