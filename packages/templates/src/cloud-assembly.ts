import { join } from "node:path";
import {
  DEEPEST_NESTING,
  endless,
  type InputPath,
  readNested,
  type ReadTemplate,
  readTemplate,
} from "./nested-templates.ts";
import { parseText } from "./source/parse-text.ts";
import { readInput } from "./read-input.ts";
import { isObject } from "./recognize.ts";
import { TrustInputError } from "./trust-input-error.ts";

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
): Promise<ReadTemplate[]> {
  if (depth > DEEPEST_NESTING) throw endless(directory.file);
  const manifest = inside(directory, "manifest.json");
  const { value } = parseText(await readInput(manifest.path, manifest.file, largestBytes), manifest.file);
  if (!isObject(value) || !isObject(value["artifacts"])) throw notAManifest(manifest.file);
  const sources: ReadTemplate[] = [];
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
    const at = inside(directory, templateFile);
    const source = { ...(await readTemplate(at, largestBytes)), ...environment, constructPaths: paths };
    const read = { source, path: at.path };
    sources.push(read, ...(await readNested(read, largestBytes)));
  }
  return sources;
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
