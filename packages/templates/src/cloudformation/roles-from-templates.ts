import { textOf } from "@agent-roles/iam";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { OidcClientIds, TrustRole, UnknownValue } from "@agent-roles/trust";
import { type Attachments, findAttachments, roleKey } from "./attachments.ts";
import { findCycle } from "./find-cycle.ts";
import type { VariantReading } from "./common-readings.ts";
import { mergeVariants } from "./merge-variants.ts";
import { eachVariantOf, type InEachVariant } from "./resolve-value.ts";
import { arnOf, isOidcProvider, nameOf } from "./resource-identity.ts";
import { readStacks } from "./read-stacks.ts";
import { locationOf, propertiesOf, type Stack } from "./stack.ts";
import { readRole } from "./template-role.ts";
import type { TemplateSource } from "./template-source.ts";
import { unknownRole, unreadRoles } from "./unread-roles.ts";
import { MOST_ASSIGNMENTS } from "./condition-assignments.ts";

/** The roles of templates; `problems` are what CloudFormation would reject, so that nothing can be said about it. */
export interface RolesFromTemplates {
  readonly roles: readonly TrustRole[];
  /** Of the OIDC providers whose client IDs are known. */
  readonly oidcClientIds: readonly OidcClientIds[];
  readonly problems: readonly Diagnostic[];
}

/**
 * Reads the roles of CloudFormation templates that belong together, with all policies of any of them: intrinsic functions are
 * resolved, also across stacks; what cannot be resolved is in the role's `unknowns`. A role whose name or existence depends on an
 * undecided condition appears once for each name. A resource that can create roles and cannot be read, such as a nested stack
 * without its template, becomes a role with unknown properties.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
export function rolesFromTemplates(sources: readonly TemplateSource[]): RolesFromTemplates {
  const stacks = readStacks(sources);
  const ambiguousIds = unnamedTwice(stacks);
  const problems = stacks.flatMap((stack) => findCycle(stack) ?? []);
  const inEachVariant = eachVariantOf({ stacks, ambiguousIds, problems });
  const roles = stacks.flatMap((stack) => rolesOf(stack).map((logicalId) => ({ stack, logicalId })));
  const roleKeys = new Set(
    roles.flatMap(({ stack, logicalId }) => {
      const resource = stack.resources.get(logicalId) ?? {};
      return inEachVariant(stack, (scope) => roleKey(stack, nameOf(logicalId, resource, "", scope))).results;
    }),
  );
  const attachments = findAttachments(stacks, roleKeys, inEachVariant);
  const read = roles.flatMap(({ stack, logicalId }) => trustRoles(logicalId, stack, attachments, inEachVariant));
  const unread = unreadRoles(stacks, inEachVariant);
  const oidcClientIds = stacks.flatMap((stack) => clientIdsOf(stack, inEachVariant));
  return { roles: [...read, ...unread], oidcClientIds, problems: distinct(problems) };
}

/** Those that a provider has for any way its conditions turn out; an unknown list is left out. */
function clientIdsOf(stack: Stack, inEachVariant: InEachVariant): readonly OidcClientIds[] {
  const providers = [...stack.resources].filter(([, { Type: type }]) => isOidcProvider(type));
  return providers.flatMap(([logicalId, resource]) => {
    const { ClientIdList, ClientIDList = ClientIdList } = propertiesOf(resource);
    const { results, isComplete } = inEachVariant(stack, (scope) => {
      const clientIds = scope.resolve(ClientIDList, "ClientIdList");
      return { providerArn: arnOf(logicalId, resource, "arn", scope), clientIds };
    });
    const known = results.flatMap(({ providerArn, clientIds }) =>
      Array.isArray(clientIds) ? [{ providerArn, clientIds: clientIds.map(textOf) }] : [],
    );
    return isComplete && known.length === results.length ? known : [];
  });
}

function rolesOf(stack: Stack): readonly string[] {
  return [...stack.resources].filter(([, { Type: type }]) => type === "AWS::IAM::Role").map(([logicalId]) => logicalId);
}

function trustRoles(
  logicalId: string,
  stack: Stack,
  attachments: Attachments,
  inEachVariant: InEachVariant,
): readonly TrustRole[] {
  const byArn = new Map<string, [VariantReading, ...VariantReading[]]>();
  const { isComplete } = inEachVariant(stack, (scope) => {
    const role = readRole(logicalId, scope, attachments);
    if (role === undefined) return;
    const reading = { role, unknowns: [...scope.variant.notes.values()] };
    const others = byArn.get(role.arn);
    if (others === undefined) byArn.set(role.arn, [reading]);
    else others.push(reading);
  });
  const merged = [...byArn.values()].map((readings) => mergeVariants(readings, locationOf(logicalId, stack)));
  if (!isComplete && merged.length === 0) {
    const { expression, assumed: why } = notAllAssignments;
    return unknownRole({ name: logicalId, expression, why }, stack, inEachVariant);
  }
  if (isComplete && !stack.origins.has(logicalId)) return merged;
  const { unknowns = [] } = stack.origins.get(logicalId) ?? {};
  const more = isComplete ? unknowns : [...unknowns, notAllAssignments];
  return merged.map((role) => ({ ...role, unknowns: [...role.unknowns, ...more] }));
}

const notAllAssignments: UnknownValue = {
  path: "arn",
  expression: `more than ${MOST_ASSIGNMENTS} combinations of undecided conditions`,
  assumed: "nothing about the others; each condition was evaluated as true and as false at least once",
};

/** Logical IDs of unnamed roles that several stacks have, so that `${LogicalId}` alone would make them one. */
function unnamedTwice(stacks: readonly Stack[]): ReadonlySet<string> {
  const ids = stacks.flatMap((stack) =>
    rolesOf(stack).filter((id) => !Object.hasOwn(propertiesOf(stack.resources.get(id) ?? {}), "RoleName")),
  );
  const seen = new Set<string>();
  return new Set(ids.filter((id) => seen.size === seen.add(id).size));
}

/** A circle is found again by each role that comes upon it. */
function distinct(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.file}\n${cycleMembers(problem.message)}`, problem])).values(),
  ];
}

/** `RoleName of A` is a step of the circle through `A`. */
function cycleMembers(message: string): string {
  const steps = message.split(": ").at(-1)?.split(" → ") ?? [];
  const ids = new Set(steps.map((step) => step.slice(step.lastIndexOf(" ") + 1)));
  return steps.length === 1 ? message : [...ids].toSorted().join();
}
