import { asRecord, isRecord } from "@agent-roles/iam";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { DEPLOYS_TEMPLATE } from "./cloudformation/stack.ts";
import type { TemplateSource } from "./cloudformation/template-source.ts";
import type { InputPath, InputReader } from "./input-reader.ts";
import { templateSource } from "./recognize.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** A template and the file it was read from. */
export interface ReadTemplate {
  readonly source: TemplateSource;
  /** The real path. */
  readonly path: string;
}

/** Deeper than people nest stages and stacks; an assembly or template that contains itself has no end. */
export const DEEPEST_NESTING = 20;

/** Says that something contains itself. */
export function endless(file: string): TrustInputError {
  const message = `stages or nested stacks are more than ${DEEPEST_NESTING} levels deep`;
  return new TrustInputError("InvalidTemplate", [{ file, message, fix: "look for one that contains itself" }]);
}

/**
 * The templates of a template's nested stacks that are in files of this machine: named by the CDK, or by a relative path as
 * `aws cloudformation package` takes it. Others are left out, and are unknown; what cannot be read is added to the
 * reader's `unread`. CloudFormation makes the names of their stacks.
 *
 * @throws {TrustInputError} when nesting has no end.
 * @see https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
 */
export function readNested(
  { source: parent }: ReadTemplate,
  at: InputPath,
  reader: InputReader,
  depth = 0,
): readonly ReadTemplate[] {
  if (depth > DEEPEST_NESTING) throw endless(at.file);
  const { account, region, template } = parent;
  const environment = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
  const { Resources: resources } = template;
  const nested: ReadTemplate[] = [];
  for (const [logicalId, resource] of Object.entries(asRecord(resources))) {
    const name = isRecord(resource) ? nestedFile(resource) : undefined;
    if (name === undefined) continue;
    const child = { path: join(dirname(at.path), name), file: join(dirname(at.file), name) };
    if (!existsSync(child.path) || reader.isExcluded(child)) continue;
    const read = reader.attempt(() => {
      const source = {
        ...environment,
        ...templateSource(reader.parse(child)),
        nestedIn: { source: parent, logicalId },
      };
      return { source, path: reader.resolve(child) };
    });
    if (read) nested.push(read, ...readNested(read, child, reader, depth + 1));
  }
  return nested;
}

function nestedFile({
  Type: type,
  Properties: properties,
  Metadata: metadata,
}: Readonly<Record<string, unknown>>): string | undefined {
  if (!DEPLOYS_TEMPLATE.has(type)) return undefined;
  const asset = isRecord(metadata) ? metadata["aws:asset:path"] : undefined;
  const written = isRecord(properties) ? (properties["TemplateURL"] ?? properties["Location"]) : undefined;
  const name = typeof asset === "string" ? asset : written;
  return typeof name === "string" && !/^[a-z0-9+.-]+:/iu.test(name) ? name : undefined;
}
