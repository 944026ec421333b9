import { asRecord, isRecord, itemsOf } from "@agent-roles/iam";
import { type InputPath, type InputReader, inside } from "./input-reader.ts";
import { DEEPEST_NESTING, endless, readNested, type ReadTemplate } from "./nested-templates.ts";
import { templateSource } from "./recognize.ts";
import { TrustInputError } from "./trust-input-error.ts";

/**
 * The stacks of a CDK cloud assembly, those of stages included, each with its account and region. A stack that cannot be
 * read is added to the reader's `unread`.
 *
 * @throws {TrustInputError} when the manifest cannot be read.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html
 */
export function readCloudAssembly(directory: InputPath, reader: InputReader, depth = 0): readonly ReadTemplate[] {
  if (depth > DEEPEST_NESTING) throw endless(directory.file);
  const { value, file } = reader.parse(inside(directory, "manifest.json"));
  if (!isRecord(value) || !isRecord(value["artifacts"])) throw notAManifest(file);
  const sources: ReadTemplate[] = [];
  for (const [id, artifact] of Object.entries(value["artifacts"])) {
    if (!isRecord(artifact)) continue;
    const read = reader.attempt(() => readArtifact(id, artifact, directory, reader, depth));
    sources.push(...(read ?? []));
  }
  return sources;
}

function readArtifact(
  id: string,
  artifact: Readonly<Record<string, unknown>>,
  directory: InputPath,
  reader: InputReader,
  depth: number,
): readonly ReadTemplate[] {
  const properties = asRecord(artifact["properties"]);
  const { templateFile, directoryName, stackName } = properties;
  if (artifact["type"] === "cdk:cloud-assembly" && typeof directoryName === "string") {
    return readCloudAssembly(inside(directory, directoryName), reader, depth + 1);
  }
  if (artifact["type"] !== "aws:cloudformation:stack" || typeof templateFile !== "string") return [];
  const at = inside(directory, templateFile);
  if (reader.isExcluded(at)) return [];
  const source = {
    ...templateSource(reader.parse(at)),
    ...environmentOf(artifact["environment"]),
    stackName: typeof stackName === "string" ? stackName : id,
    constructPaths: constructPaths(artifact, directory, reader),
  };
  const read = { source, path: reader.resolve(at) };
  return [read, ...readNested(read, at, reader)];
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
function constructPaths(
  artifact: Readonly<Record<string, unknown>>,
  directory: InputPath,
  reader: InputReader,
): ReadonlyMap<string, string> {
  const { additionalMetadataFile } = artifact;
  const more =
    typeof additionalMetadataFile === "string"
      ? reader.attempt(() => reader.parse(inside(directory, additionalMetadataFile)))
      : undefined;
  const metadata = { ...asRecord(artifact["metadata"]), ...asRecord(more?.value) };
  const paths = Object.entries(metadata).flatMap(([path, entries]) =>
    itemsOf(entries)
      .filter(isRecord)
      .filter(({ type }) => type === "aws:cdk:logicalId")
      .map(({ data }) => [String(data), path.replace(/^\//u, "")] as const),
  );
  return new Map(paths);
}

function notAManifest(file: string): TrustInputError {
  return new TrustInputError("NotATemplate", [
    { file, message: "it is not the manifest of a cloud assembly", fix: "run `cdk synth` again" },
  ]);
}
