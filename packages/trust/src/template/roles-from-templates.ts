import type { SourceLocation, TrustRole } from "../trust-model.ts";
import { type Attachments, findAttachments, roleKey } from "./attachments.ts";
import { findCycle } from "./find-cycle.ts";
import { isRecord } from "../json.ts";
import { mergeWorlds, type WorldReading } from "./merge-worlds.ts";
import { createScope } from "./resolve-value.ts";
import { nameOf } from "./resource-identity.ts";
import { createWorld, type World } from "./scope.ts";
import { propertiesOf, readStacks, type Stack } from "./stack.ts";
import { readRole } from "./template-role.ts";
import type { TemplateProblem, TemplateSource } from "./template-source.ts";
import { type Decide, inEachWorld } from "./worlds.ts";

/** The roles of templates; `problems` are what CloudFormation would reject, so that nothing can be said about it. */
export interface RolesFromTemplates {
  readonly roles: readonly TrustRole[];
  readonly problems: readonly TemplateProblem[];
}

/**
 * Reads the roles of CloudFormation templates that belong together, with all policies of any of them: intrinsic functions
 * are resolved, also across stacks; what cannot be resolved stands in the role's `unknowns`. A role whose name or existence
 * hangs on an undecided condition appears once for each name.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
export function rolesFromTemplates(sources: readonly TemplateSource[]): RolesFromTemplates {
  const stacks = readStacks(sources);
  const ambiguousIds = unnamedTwice(stacks);
  const problems = stacks.flatMap((stack) => findCycle(stack) ?? []);
  const worldOf = (decide: Decide): World => createWorld({ stacks, ambiguousIds, decide, problems });
  const roles = stacks.flatMap((stack) => rolesOf(stack).map((logicalId) => ({ stack, logicalId })));
  const roleKeys = new Set(
    roles.flatMap(({ stack, logicalId }) =>
      inEachWorld((decide) => {
        const resource = stack.resources.get(logicalId) ?? {};
        return roleKey(stack, nameOf(logicalId, resource, "", createScope(worldOf(decide), stack)));
      }),
    ),
  );
  const attachments = findAttachments(stacks, roleKeys, worldOf);
  const read = roles.flatMap(({ stack, logicalId }) => trustRoles(logicalId, stack, attachments, worldOf));
  return { roles: read, problems: distinct(problems) };
}

function rolesOf(stack: Stack): readonly string[] {
  return [...stack.resources].filter(([, { Type: type }]) => type === "AWS::IAM::Role").map(([logicalId]) => logicalId);
}

function trustRoles(
  logicalId: string,
  stack: Stack,
  attachments: Attachments,
  worldOf: (decide: Decide) => World,
): readonly TrustRole[] {
  const byArn = new Map<string, [WorldReading, ...WorldReading[]]>();
  inEachWorld((decide) => {
    const world = worldOf(decide);
    const role = readRole(logicalId, createScope(world, stack), attachments);
    if (role === undefined) return;
    const reading = { role, unknowns: [...world.notes.values()] };
    const others = byArn.get(role.arn);
    if (others === undefined) byArn.set(role.arn, [reading]);
    else others.push(reading);
  });
  return [...byArn.values()].map((readings) => mergeWorlds(readings, locationOf(logicalId, stack)));
}

function locationOf(logicalId: string, { source, resources }: Stack): SourceLocation {
  const { Metadata: metadata } = resources.get(logicalId) ?? {};
  const own = isRecord(metadata) ? metadata["aws:cdk:path"] : undefined;
  const path = typeof own === "string" ? own : (source.constructPaths?.get(logicalId) ?? logicalId);
  const line = source.lineOf?.(logicalId);
  return { file: source.file, ...(line !== undefined && { line }), path };
}

/** Logical ids of unnamed roles that several stacks have, so that `${LogicalId}` alone would make them one. */
function unnamedTwice(stacks: readonly Stack[]): ReadonlySet<string> {
  const ids = stacks.flatMap((stack) =>
    rolesOf(stack).filter((id) => !Object.hasOwn(propertiesOf(stack.resources.get(id) ?? {}), "RoleName")),
  );
  const seen = new Set<string>();
  return new Set(ids.filter((id) => seen.size === seen.add(id).size));
}

/** A circle is found again by each role that comes upon it. */
function distinct(problems: readonly TemplateProblem[]): readonly TemplateProblem[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.file}\n${cycleMembers(problem.message)}`, problem])).values(),
  ];
}

function cycleMembers(message: string): string {
  return [...new Set(message.split(": ").at(-1)?.split(" → "))].toSorted().join();
}
