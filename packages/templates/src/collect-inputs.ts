import type { TemplateSource } from "./cloudformation/template-source.ts";
import { readCloudAssembly } from "./cloud-assembly.ts";
import { directoryMembers } from "./directory-members.ts";
import { type InputPath, readNested, type ReadTemplate } from "./nested-templates.ts";
import { type ParsedText, parseText } from "./source/parse-text.ts";
import { isDirectory, readInput } from "./read-input.ts";
import { type InputKind, recognize } from "./recognize.ts";
import { templateSource } from "./template-file.ts";
import { type InputProblem, TrustInputError, type TrustInputErrorCode } from "./trust-input-error.ts";

/** Everything that was named, sorted by what it is. */
export interface Inputs {
  readonly templates: readonly TemplateSource[];
  readonly plans: ParsedFile[];
  readonly policies: ParsedFile[];
  readonly files: string[];
}

/** A parsed file, by the caller's name. */
export interface ParsedFile extends ParsedText {
  readonly file: string;
}

/** Inputs so far. */
interface Collected extends Omit<Inputs, "templates"> {
  readonly templates: ReadTemplate[];
}

interface Limits {
  readonly fileBytes: number;
}

/**
 * Reads all paths; the problems of all are reported at once.
 *
 * @throws {TrustInputError}
 */
export async function collectInputs(paths: readonly InputPath[], limits: Limits): Promise<Inputs> {
  const inputs: Collected = { templates: [], plans: [], policies: [], files: [] };
  const failures: TrustInputError[] = [];
  for (const at of paths) {
    try {
      const directory = await isDirectory(at.path, at.file);
      await (directory ? addDirectory(at, inputs, limits) : addFile(at, inputs, limits));
    } catch (error) {
      if (!(error instanceof TrustInputError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first === undefined) {
    const templates = withoutRepetition(inputs.templates).map(({ source }) => source);
    return { ...inputs, templates, files: [...new Set(inputs.files)] };
  }
  throw failures.length === 1
    ? first
    : together(
        first.code,
        failures.flatMap(({ problems }) => problems),
        failures,
      );
}

/** A template that another one nests is not read a second time for standing in the same directory. */
function withoutRepetition(templates: readonly ReadTemplate[]): readonly ReadTemplate[] {
  const nested = new Set(templates.flatMap(({ source, path }) => (source.nestedIn ? [path] : [])));
  return templates.filter(({ source, path }) => source.nestedIn !== undefined || !nested.has(path));
}

function together(code: TrustInputErrorCode, problems: readonly InputProblem[], cause: unknown): TrustInputError {
  return new TrustInputError(code, problems, { cause });
}

async function addDirectory(directory: InputPath, inputs: Collected, limits: Limits): Promise<void> {
  const members = await directoryMembers(directory, limits.fileBytes);
  const before = inputs.files.length;
  for (const { kind, at } of members) {
    await (kind === "assembly" ? addAssembly(at, inputs, limits) : addMember(at, inputs, limits));
  }
  if (inputs.files.length > before || members.some(({ kind }) => kind === "assembly")) return;
  const message = "the directory holds no template, plan or policy";
  throw new TrustInputError("NotATemplate", [
    { file: directory.file, message, fix: "name a directory with templates, such as cdk.out" },
  ]);
}

async function addAssembly(directory: InputPath, inputs: Collected, { fileBytes }: Limits): Promise<void> {
  const sources = await readCloudAssembly(directory, fileBytes);
  inputs.templates.push(...sources);
  inputs.files.push(...sources.map(({ source }) => source.file));
}

/** Members of a directory that are something else are left out; those that cannot be read are not. */
async function addMember(at: InputPath, inputs: Collected, limits: Limits): Promise<void> {
  const parsed = parseText(await readInput(at.path, at.file, limits.fileBytes), at.file);
  if (recognize(parsed.value) !== "other") await add({ ...parsed, ...at }, inputs, limits);
}

async function addFile(at: InputPath, inputs: Collected, limits: Limits): Promise<void> {
  await add({ ...parseText(await readInput(at.path, at.file, limits.fileBytes), at.file), ...at }, inputs, limits);
}

async function add(parsed: ParsedFile & InputPath, inputs: Collected, limits: Limits): Promise<void> {
  const kind: InputKind = recognize(parsed.value);
  inputs.files.push(parsed.file);
  switch (kind) {
    case "template": {
      const read = { source: templateSource(parsed, parsed.file), path: parsed.path };
      const nested = await readNested(read, limits.fileBytes);
      inputs.templates.push(read, ...nested);
      inputs.files.push(...nested.map(({ source }) => source.file));
      break;
    }
    case "terraform":
      inputs.plans.push(parsed);
      break;
    case "policy":
      inputs.policies.push(parsed);
      break;
    case "other":
      throw notRecognized(parsed.file);
  }
}

function notRecognized(file: string): TrustInputError {
  const message =
    "it is not a CloudFormation template (`Resources`), a Terraform plan (`terraform show -json`) or a policy (`Statement`)";
  return new TrustInputError("NotATemplate", [{ file, message, fix: "name one of these, or a cdk.out directory" }]);
}
