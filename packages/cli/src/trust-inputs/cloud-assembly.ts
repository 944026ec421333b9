import { join } from "node:path";
import type { TemplateSource } from "@agent-roles/trust";
import { parseText } from "./parse-text.ts";
import { readInput } from "./read-input.ts";
import { isObject } from "./recognize.ts";
import { templateSource } from "./template-file.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** A file or directory: where it is, and what the caller called it. */
export interface InputPath {
  readonly path: string;
  readonly file: string;
}

/**
 * The stacks of a CDK cloud assembly, those of stages included, each with its account and region.
 *
 * @throws {TrustInputError} when the manifest or a template cannot be read.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html
 */
export async function readCloudAssembly(
  directory: InputPath,
  largestBytes: number,
  depth = 0,
): Promise<TemplateSource[]> {
  if (depth > DEEPEST_NESTING) throw endless(directory.file);
  const manifest = inside(directory, "manifest.json");
  const { value } = parseText(await readInput(manifest.path, manifest.file, largestBytes), manifest.file);
  if (!isObject(value) || !isObject(value["artifacts"])) throw notAManifest(manifest.file);
  const sources: TemplateSource[] = [];
  for (const [id, artifact] of Object.entries(value["artifacts"])) {
    if (!isObject(artifact)) continue;
    const properties = isObject(artifact["properties"]) ? artifact["properties"] : {};
    const { templateFile, directoryName, stackName } = properties;
    if (artifact["type"] === "cdk:cloud-assembly" && typeof directoryName === "string") {
      sources.push(...(await readCloudAssembly(inside(directory, directoryName), largestBytes, depth + 1)));
    }
    if (artifact["type"] !== "aws:cloudformation:stack" || typeof templateFile !== "string") continue;
    const paths = await constructPaths(artifact, directory, largestBytes);
    const environment = {
      ...environmentOf(artifact["environment"]),
      stackName: typeof stackName === "string" ? stackName : id,
    };
    const source = {
      ...(await readTemplate(inside(directory, templateFile), largestBytes)),
      ...environment,
      constructPaths: paths,
    };
    sources.push(source, ...(await readNested(source, directory, largestBytes)));
  }
  return sources;
}

async function readTemplate(at: InputPath, largestBytes: number): Promise<TemplateSource> {
  return templateSource(parseText(await readInput(at.path, at.file, largestBytes), at.file), at.file);
}

/** Deeper than people nest stages and stacks; an assembly or template that contains itself has no end. */
const DEEPEST_NESTING = 20;

function endless(file: string): TrustInputError {
  const message = `stages or nested stacks go more than ${DEEPEST_NESTING} levels deep`;
  return new TrustInputError("InvalidTemplate", [{ file, message, fix: "look for one that contains itself" }]);
}

/** Nested stacks stand beside their parent; its resource names the file. Their names are made by CloudFormation. */
async function readNested(
  parent: TemplateSource,
  directory: InputPath,
  largestBytes: number,
  depth = 0,
): Promise<TemplateSource[]> {
  if (depth > DEEPEST_NESTING) throw endless(parent.file);
  const { account, region } = parent;
  const environment = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
  const { Resources: resources } = parent.template;
  const nested: TemplateSource[] = [];
  for (const [logicalId, resource] of Object.entries(isObject(resources) ? resources : {})) {
    const metadata =
      isObject(resource) && resource["Type"] === "AWS::CloudFormation::Stack" ? resource["Metadata"] : undefined;
    const asset = isObject(metadata) ? metadata["aws:asset:path"] : undefined;
    if (typeof asset !== "string") continue;
    const child = {
      ...environment,
      ...(await readTemplate(inside(directory, asset), largestBytes)),
      nestedIn: { source: parent, logicalId },
    };
    nested.push(child, ...(await readNested(child, directory, largestBytes, depth + 1)));
  }
  return nested;
}

/** `aws://123456789012/eu-central-1`; an environment-agnostic stack says `unknown-account`, `unknown-region`. */
function environmentOf(environment: unknown): { account?: string; region?: string } {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/u.exec(String(environment)) ?? [];
  return {
    ...(account !== undefined && /^\d{12}$/u.test(account) && { account }),
    ...(region !== undefined && region !== "unknown-region" && { region }),
  };
}

/** Construct paths by logical id: in the manifest itself, or in the file beside it that newer versions write. */
async function constructPaths(
  artifact: Readonly<Record<string, unknown>>,
  directory: InputPath,
  largestBytes: number,
): Promise<ReadonlyMap<string, string>> {
  const { additionalMetadataFile } = artifact;
  const more =
    typeof additionalMetadataFile === "string"
      ? await readMetadata(inside(directory, additionalMetadataFile), largestBytes)
      : {};
  const metadata = { ...(isObject(artifact["metadata"]) && artifact["metadata"]), ...more };
  const paths = Object.entries(metadata).flatMap(([path, entries]) =>
    (Array.isArray(entries) ? (entries as readonly unknown[]) : [])
      .filter(isObject)
      .filter(({ type }) => type === "aws:cdk:logicalId")
      .map(({ data }) => [String(data), path.replace(/^\//u, "")] as const),
  );
  return new Map(paths);
}

async function readMetadata(
  { path, file }: InputPath,
  largestBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { value } = parseText(await readInput(path, file, largestBytes), file);
  return isObject(value) ? value : {};
}

/** A member of a directory, named as the caller named the directory. */
export function inside({ path, file }: InputPath, name: string): InputPath {
  return { path: join(path, name), file: join(file, name) };
}

function notAManifest(file: string): TrustInputError {
  return new TrustInputError("NotATemplate", [
    { file, message: "it is not the manifest of a cloud assembly", fix: "run `cdk synth` again" },
  ]);
}
