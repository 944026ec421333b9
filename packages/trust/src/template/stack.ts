import { isRecord } from "../json.ts";
import type { TemplateSource } from "./template-source.ts";

type Section = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** One template, its sections ready to be looked up by name. */
export interface Stack {
  readonly source: TemplateSource;
  /** Tells stacks apart in keys of maps. */
  readonly id: string;
  readonly parameters: Section;
  readonly mappings: Section;
  readonly conditions: ReadonlyMap<string, unknown>;
  readonly resources: Section;
  readonly outputs: Section;
  /** The stack whose resource deploys this one, for a nested stack. */
  readonly parent?: { readonly stack: Stack; readonly logicalId: string };
}

/** Reads the sections of templates; what is not an object in them is left out. Parents may come after their children. */
export function readStacks(sources: readonly TemplateSource[]): readonly Stack[] {
  const read = new Map<TemplateSource, Stack>();
  const readOne = (source: TemplateSource): Stack => {
    const known = read.get(source);
    if (known !== undefined) return known;
    const { template, nestedIn } = source;
    const stack: Stack = {
      source,
      id: String(read.size),
      parameters: section(template["Parameters"]),
      mappings: section(template["Mappings"]),
      conditions: new Map(isRecord(template["Conditions"]) ? Object.entries(template["Conditions"]) : []),
      resources: section(template["Resources"]),
      outputs: section(template["Outputs"]),
      ...(nestedIn && { parent: { stack: readOne(nestedIn.source), logicalId: nestedIn.logicalId } }),
    };
    read.set(source, stack);
    return stack;
  };
  return sources.map(readOne);
}

/** The properties of a resource; none when it has none. */
export function propertiesOf(resource: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { Properties: properties } = resource;
  return isRecord(properties) ? properties : {};
}

function section(value: unknown): Section {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, Readonly<Record<string, unknown>>] => isRecord(entry[1])));
}
