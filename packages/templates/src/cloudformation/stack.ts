import { asRecord, isRecord } from "@agent-roles/iam";
import type { SourceLocation, UnknownValue } from "@agent-roles/trust";
import type { UnreadLoop } from "./for-each.ts";
import type { TemplateSource } from "./template-source.ts";

/** A section of a template by logical ID. */
export type Section = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** One template, its sections ready to be looked up by name. */
export interface Stack {
  readonly source: TemplateSource;
  /** Identifies the stack in keys of maps. */
  readonly id: string;
  /** Identifies the stack in names that are not known: its name, else its file. Empty for a single stack. */
  readonly label: string;
  readonly parameters: Section;
  readonly mappings: Section;
  readonly conditions: ReadonlyMap<string, unknown>;
  readonly resources: Section;
  readonly outputs: Section;
  /** Of resources that a loop makes, or makes a part of. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Loops among the resources whose turns are not known. */
  readonly unreadLoops: readonly UnreadLoop[];
  /** The stack whose resource deploys this one, for a nested stack. */
  readonly parent?: { readonly stack: Stack; readonly logicalId: string };
}

/** How a loop had a hand in a resource. */
export interface Origin {
  /** The `Fn::ForEach::Name` that makes the resource, as it is written in the template. */
  readonly loop?: string;
  /** The SAM resource that the role is made for. */
  readonly madeFor?: string;
  /** What was assumed of collections, such as a parameter's default, or is not known. */
  readonly unknowns: readonly UnknownValue[];
}

/** Types of resources that deploy another template. */
export const DEPLOYS_TEMPLATE: ReadonlySet<unknown> = new Set([
  "AWS::CloudFormation::Stack",
  "AWS::CloudFormation::StackSet",
  "AWS::Serverless::Application",
]);

/** The properties of a resource; none when it has none. */
export function propertiesOf(resource: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { Properties: properties } = resource;
  return asRecord(properties);
}

/** The place of a resource: by its construct path where there is one; a resource that a loop makes, in the loop's line. */
export function locationOf(logicalId: string, { source, resources, origins }: Stack): SourceLocation {
  const { Metadata: metadata } = resources.get(logicalId) ?? {};
  const own = isRecord(metadata) ? metadata["aws:cdk:path"] : undefined;
  const { loop, madeFor = logicalId } = origins.get(logicalId) ?? {};
  const path = typeof own === "string" ? own : (source.constructPaths?.get(madeFor) ?? madeFor);
  return {
    file: source.file,
    // Most are never shown.
    get line() {
      return source.lineOf?.(loop ?? madeFor);
    },
    path,
  };
}
