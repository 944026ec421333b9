import { placeholder } from "../placeholder.ts";
import { type Scope, unknown } from "../scope.ts";
import { ifCondition } from "./conditions.ts";
import { findInMap } from "./find-in-map.ts";
import { getAttribute } from "./get-att.ts";
import { importValue } from "./import-value.ts";
import { ref } from "./ref.ts";
import { sub } from "./sub.ts";
import { join, length, select, split, toJsonString } from "./text.ts";

/** Resolves the argument of an intrinsic function; `at` is where the function stands in the result. */
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
