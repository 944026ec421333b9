import { dirname, join } from "node:path";
import type { TemplateSource } from "./cloudformation/template-source.ts";
import { parseText } from "./source/parse-text.ts";
import { isFile, readInput } from "./read-input.ts";
import { isObject } from "./recognize.ts";
import { templateSource } from "./template-file.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** A file or directory: where it is, and what the caller called it. */
export interface InputPath {
  readonly path: string;
  readonly file: string;
}

/** A template and the file it was read from. */
export interface ReadTemplate {
  readonly source: TemplateSource;
  readonly path: string;
}

/** Deeper than people nest stages and stacks; an assembly or template that contains itself has no end. */
export const DEEPEST_NESTING = 20;

/** Says that something contains itself. */
export function endless(file: string): TrustInputError {
  const message = `stages or nested stacks go more than ${DEEPEST_NESTING} levels deep`;
  return new TrustInputError("InvalidTemplate", [{ file, message, fix: "look for one that contains itself" }]);
}

/**
 * The templates of a template's nested stacks that stand in files of this machine: named by the CDK, or by a relative
 * path as `aws cloudformation package` takes it. Others are left out, and are unknown. Their stacks' names are made by
 * CloudFormation.
 *
 * @throws {TrustInputError} when such a file is no template, or nesting has no end.
 * @see https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
 */
export async function readNested(parent: ReadTemplate, largestBytes: number, depth = 0): Promise<ReadTemplate[]> {
  const { account, region, file, template } = parent.source;
  if (depth > DEEPEST_NESTING) throw endless(file);
  const environment = {
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
  };
  const { Resources: resources } = template;
  const nested: ReadTemplate[] = [];
  for (const [logicalId, resource] of Object.entries(isObject(resources) ? resources : {})) {
    const name = isObject(resource) ? nestedFile(resource) : undefined;
    if (name === undefined) continue;
    const at = { path: join(dirname(parent.path), name), file: join(dirname(file), name) };
    if (!(await isFile(at.path))) continue;
    const source = {
      ...environment,
      ...(await readTemplate(at, largestBytes)),
      nestedIn: { source: parent.source, logicalId },
    };
    const child = { source, path: at.path };
    nested.push(child, ...(await readNested(child, largestBytes, depth + 1)));
  }
  return nested;
}

/** Reads one template. */
export async function readTemplate(at: InputPath, largestBytes: number): Promise<TemplateSource> {
  const parsed = parseText(await readInput(at.path, at.file, largestBytes), at.file);
  return templateSource(parsed, at.file);
}

function nestedFile({
  Type: type,
  Properties: properties,
  Metadata: metadata,
}: Readonly<Record<string, unknown>>): string | undefined {
  if (type !== "AWS::CloudFormation::Stack" && type !== "AWS::Serverless::Application") return undefined;
  const asset = isObject(metadata) ? metadata["aws:asset:path"] : undefined;
  const written = isObject(properties) ? (properties["TemplateURL"] ?? properties["Location"]) : undefined;
  const name = typeof asset === "string" ? asset : written;
  return typeof name === "string" && !/^[a-z0-9+.-]+:/iu.test(name) ? name : undefined;
}
