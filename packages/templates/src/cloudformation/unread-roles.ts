import { isRecord, quote, textOf } from "@agent-roles/iam";
import type { TrustRole } from "@agent-roles/trust";
import { mayBeCreated } from "./intrinsics/conditions.ts";
import { stackPartition, pseudoParameter } from "./intrinsics/pseudo-parameter.ts";
import { MACRO, templateMacros } from "./macro.ts";
import { placeholder } from "./placeholder.ts";
import { samRole } from "./sam-roles.ts";
import type { InEachVariant } from "./resolve-value.ts";
import { DEPLOYS_TEMPLATE, locationOf, type Stack } from "./stack.ts";
import { startRole } from "../role-builder.ts";

/** A part of a stack that can create roles, and what is known of it. */
interface Unread {
  readonly name: string;
  /** As it is written. */
  readonly expression: unknown;
  readonly why: string;
}

/**
 * A role with unknown properties for everything that can create roles and cannot be read, so that it is reported and no answer about
 * all roles passes it over.
 */
export function unreadRoles(stacks: readonly Stack[], inEachVariant: InEachVariant): readonly TrustRole[] {
  const nested = new Set(stacks.map(({ parent }) => parent && keyOf(parent.stack, parent.logicalId)));
  return stacks.flatMap((stack) => {
    const isThere = (resource: Readonly<Record<string, unknown>>): boolean => {
      const { results, isComplete } = inEachVariant(stack, (scope) => mayBeCreated(resource, "arn", scope));
      return !isComplete || results.includes(true);
    };
    const opaque = [...stack.resources]
      .filter(([logicalId]) => !nested.has(keyOf(stack, logicalId)))
      .flatMap(([logicalId, resource]) => {
        const why = whyOpaque(logicalId, resource);
        if (why === undefined || !isThere(resource)) return [];
        const { Metadata: _, ...expression } = resource;
        return [{ name: logicalId, expression, why }];
      });
    const loops = stack.unreadLoops
      .filter(({ written }) => mayMakeRoles(written))
      .map(({ loop, written, why }) => ({ name: loop, expression: { [loop]: written }, why }));
    const macros = templateMacros(stack.source.template);
    const whole = macros ? [{ name: "Transform", expression: macros, why: "a macro runs at deployment" }] : [];
    return [...opaque, ...loops, ...whole].flatMap((unread) => unknownRole(unread, stack, inEachVariant));
  });
}

function keyOf({ id }: Stack, logicalId: string): string {
  return `${id}/${logicalId}`;
}

/** Why the roles of a resource are not known; `undefined` when none do, or they are read. */
function whyOpaque(logicalId: string, resource: Readonly<Record<string, unknown>>): string | undefined {
  const type = textOf(resource["Type"]);
  if (logicalId === MACRO) return "a macro creates resources at deployment";
  if (type.endsWith("::MODULE")) return "the module's template was not read";
  return DEPLOYS_TEMPLATE.has(type) ? "its template was not read" : undefined;
}

function mayMakeRoles(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mayMakeRoles);
  if (!isRecord(value)) return false;
  const type = textOf(value["Type"]);
  if (type.startsWith("AWS::IAM::") || whyOpaque("", value) !== undefined || samRole(value, {})) return true;
  return Object.values(value).some(mayMakeRoles);
}

/** The role in its place: one, because its ARN depends on no condition. */
export function unknownRole(
  { name, expression, why }: Unread,
  stack: Stack,
  inEachVariant: InEachVariant,
): readonly TrustRole[] {
  return inEachVariant(stack, (scope) => {
    const unknownName = placeholder(stack.label === "" ? name : `${stack.label}.${name}`);
    const account = textOf(pseudoParameter("AWS::AccountId", "arn", scope));
    const arn = `arn:${stackPartition("arn", scope)}:iam::${account}:role/${unknownName}`;
    const role = startRole(arn, locationOf(name, stack));
    role.trustPolicy = { Statement: unknownName };
    role.unknowns.push({
      path: "arn",
      expression: `${name} ${quote(expression)}`,
      assumed: `it creates no role (${why})`,
    });
    return role;
  }).results;
}
