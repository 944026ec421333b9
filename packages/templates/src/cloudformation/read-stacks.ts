import { asRecord, isRecord, quote } from "@agent-roles/iam";
import type { UnknownValue } from "@agent-roles/trust";
import { isLoop, unroll, type UnreadLoop, type Unrolled } from "./for-each.ts";
import { collectionOf } from "./loop-collection.ts";
import { createScope } from "./resolve-value.ts";
import { createVariant, type Scope } from "./scope.ts";
import { samRole } from "./sam-roles.ts";
import { type Origin, propertiesOf, type Section, type Stack } from "./stack.ts";
import { readText } from "../source/read-text.ts";
import type { TemplateSource } from "./template-source.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads the sections of templates, loops unrolled; what is not an object in them is left out. Parents can come after their children. */
export function readStacks(sources: readonly TemplateSource[]): readonly Stack[] {
  const read = new Map<TemplateSource, Stack>();
  const all = sources.flatMap(withStackSets);
  const directory = commonDirectory(sources.map(({ file }) => file));
  const readOne = (source: TemplateSource): Stack => {
    const known = read.get(source);
    if (known !== undefined) return known;
    const { nestedIn } = source;
    const parent = nestedIn && { stack: readOne(nestedIn.source), logicalId: nestedIn.logicalId };
    const label = source.stackName ?? source.file.slice(directory.length);
    const stack = readStack(source, { id: String(read.size), label, ...(parent && { parent }) });
    read.set(source, stack);
    return stack;
  };
  return all.map(readOne);
}

/** A template, and those in the `TemplateBody` of its stack sets. The account of those is not the stack's own. */
function withStackSets(source: TemplateSource): readonly TemplateSource[] {
  const { Resources: resources } = source.template;
  const inner = Object.entries(asRecord(resources)).flatMap(([logicalId, resource]) => {
    if (!isRecord(resource) || resource["Type"] !== "AWS::CloudFormation::StackSet") return [];
    const { TemplateBody: written } = propertiesOf(resource);
    const template = isRecord(written) && "Resources" in written ? written : templateFromText(written, source);
    if (template === undefined) return [];
    const line = source.lineOf?.(logicalId);
    const nestedIn = { source, logicalId };
    return [{ file: source.file, template, nestedIn, lineOf: () => line }];
  });
  return [source, ...inner.flatMap(withStackSets)];
}

function templateFromText(written: unknown, source: TemplateSource): JsonObject | undefined {
  const body = typeof written === "string" ? written : resolveAlone(written, source);
  const read = typeof body === "string" ? readText(body, source.file) : undefined;
  return read !== undefined && "value" in read && isRecord(read.value) ? read.value : undefined;
}

/** A value of a template as far as that template by itself decides it. */
function resolveAlone(value: unknown, source: TemplateSource): unknown {
  const stack = readStack(source, { id: "", label: "" });
  return aloneScope(stack).resolve(value, "arn");
}

function aloneScope(stack: Stack): Scope {
  const variant = createVariant({ stacks: [stack], ambiguousIds: new Set(), decide: () => true, problems: [] });
  return createScope(variant, stack);
}

/** Where all the files lie, so that the same files in another directory read the same; the whole of the only file. */
function commonDirectory(files: readonly string[]): string {
  const [first = "", ...others] = files;
  if (others.length === 0) return first;
  const directories = [...first.matchAll(/[/\\]/gu)].map(({ index }) => first.slice(0, index + 1));
  return directories.findLast((directory) => others.every((file) => file.startsWith(directory))) ?? "";
}

function readStack(source: TemplateSource, known: Pick<Stack, "id" | "label" | "parent">): Stack {
  const { Parameters, Mappings, Conditions, Resources, Outputs, Globals } = source.template;
  // A collection is a list or a parameter, so that these sections are all that it takes to unroll the others.
  const bare: Stack = {
    ...known,
    source,
    parameters: section(Parameters),
    mappings: section(Mappings),
    conditions: new Map(),
    resources: new Map(),
    outputs: new Map(),
    origins: new Map(),
    unreadLoops: [],
  };
  return {
    ...bare,
    conditions: new Map(membersOf(Conditions, bare).entries.map(({ key, value }) => [key, value])),
    outputs: section(toObject(membersOf(Outputs, bare))),
    ...readResources(Resources, Globals, bare),
  };
}

function readResources(
  value: unknown,
  globals: unknown,
  bare: Stack,
): Pick<Stack, "resources" | "origins" | "unreadLoops"> {
  const { entries, unread } = membersOf(value, bare);
  const resources = new Map<string, JsonObject>();
  const origins = new Map<string, Origin>();
  for (const { key, value: resource, loop, assumed } of entries) {
    if (!isRecord(resource)) continue;
    const { Properties: properties } = resource;
    const inside =
      isRecord(properties) && Object.keys(properties).some(isLoop) ? membersOf(properties, bare) : undefined;
    resources.set(key, inside ? { ...resource, Properties: toObject(inside) } : resource);
    const unknowns = [
      ...assumed,
      ...(inside ? [...inside.entries.flatMap((each) => each.assumed), ...inside.unread.map(asUnknown)] : []),
    ];
    if (loop !== undefined || unknowns.length > 0) origins.set(key, { ...(loop !== undefined && { loop }), unknowns });
  }
  for (const [key, resource] of resources) {
    const role = samRole(resource, globals);
    if (role === undefined || resources.has(`${key}Role`)) continue;
    resources.set(`${key}Role`, role);
    origins.set(`${key}Role`, { madeFor: key, unknowns: [], ...origins.get(key) });
  }
  return { resources, origins, unreadLoops: unread };
}

function membersOf(value: unknown, bare: Stack): Unrolled {
  if (!isRecord(value)) return { entries: [], unread: [] };
  return unroll(value, (expression) => collectionOf(expression, aloneScope(bare)));
}

function asUnknown({ loop, written, why }: UnreadLoop): UnknownValue {
  return { path: "arn", expression: quote({ [loop]: written }), assumed: `it creates nothing (${why})` };
}

function toObject({ entries }: Unrolled): JsonObject {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function section(value: unknown): Section {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, JsonObject] => isRecord(entry[1])));
}
