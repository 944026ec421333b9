import { asList } from "@agent-roles/iam";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { TemplateSource } from "./cloudformation/template-source.ts";
import { directoryMembers } from "./directory-members.ts";
import {
  createInputReader,
  type InputPath,
  type InputReader,
  type ParsedFile,
  type ReaderOptions,
  realPath,
} from "./input-reader.ts";
import { readNested, type ReadTemplate } from "./nested-templates.ts";
import { canBeTrustPolicy } from "./policy-file.ts";
import { readCloudAssembly } from "./cloud-assembly.ts";
import { recognize, templateSource } from "./recognize.ts";
import { attempt, TrustInputError } from "./trust-input-error.ts";

/** Everything that was named, sorted by what it is. */
export interface Inputs extends Omit<Collected, "templates"> {
  readonly templates: readonly TemplateSource[];
  /** Files of directories that cannot be read. */
  readonly unread: Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/** Inputs so far. */
interface Collected {
  readonly templates: ReadTemplate[];
  readonly plans: ParsedFile[];
  readonly policies: ParsedFile[];
  readonly files: string[];
}

/**
 * Reads all paths. A directory is read whole: what cannot be read in it is listed.
 *
 * @throws {TrustInputError} with every path that cannot be read itself, and every directory in which nothing can.
 */
export function collectInputs(paths: readonly InputPath[], options: ReaderOptions): Inputs {
  const inputs: Collected = { templates: [], plans: [], policies: [], files: [] };
  const failures: TrustInputError[] = [];
  const attemptInput = <T>(run: () => T): T | undefined => attempt(run, (error) => failures.push(error));
  const named = paths.flatMap((at) => attemptInput(() => lookAt(at)) ?? []);
  const reader = createInputReader(
    named,
    named.flatMap(({ roots }) => roots),
    options,
  );
  for (const at of named) {
    attemptInput(() => (at.isDirectory ? addDirectory(at, inputs, reader) : add(reader.parse(at), at, inputs, reader)));
  }
  const [first, ...others] = failures;
  if (first !== undefined) {
    if (others.length === 0) throw first;
    throw new TrustInputError(
      first.code,
      failures.flatMap(({ problems }) => problems),
      { cause: failures },
    );
  }
  const templates = withoutRepetition(inputs.templates).map(({ source }) => source);
  const { unread, warnings } = reader;
  return { ...inputs, templates, files: [...new Set(inputs.files)], unread, warnings };
}

interface Named extends InputPath {
  readonly isDirectory: boolean;
  /** Real paths of the directories that can be read for it; those of a file are its own and that of what it links to. */
  readonly roots: readonly string[];
}

function lookAt(at: InputPath): Named {
  const real = realPath(at);
  const isDirectory = statSync(real, { throwIfNoEntry: false })?.isDirectory() === true;
  const roots = isDirectory ? [real] : [dirname(real), realPath({ ...at, path: dirname(at.path) })];
  return { ...at, isDirectory, roots };
}

/** A template that another one nests is not read a second time for being in the same directory. */
function withoutRepetition(templates: readonly ReadTemplate[]): readonly ReadTemplate[] {
  const nested = new Set(templates.flatMap(({ source, path }) => (source.nestedIn ? [path] : [])));
  return templates.filter(({ source, path }) => source.nestedIn !== undefined || !nested.has(path));
}

function addDirectory(directory: InputPath, inputs: Collected, reader: InputReader): void {
  const before = { files: inputs.files.length, plans: inputs.plans.length, unread: reader.unread.length };
  const { members, terraform } = directoryMembers(directory, reader);
  for (const { kind, at } of members) {
    reader.attempt(() => (kind === "assembly" ? addAssembly(at, inputs, reader) : addMember(at, inputs, reader)));
  }
  if (terraform !== undefined && inputs.plans.length === before.plans) reader.unread.push(notPlanned(terraform));
  const isEmptyAssembly = members.some(({ kind }) => kind === "assembly") && reader.unread.length === before.unread;
  if (inputs.files.length > before.files || isEmptyAssembly) return;
  const message = "the directory has no template, plan or policy that can be read";
  const fix = "name a directory with templates, such as cdk.out";
  const unread = reader.unread.splice(before.unread);
  throw new TrustInputError("NotATemplate", [{ file: directory.file, message, fix }, ...unread]);
}

function notPlanned(file: string): Diagnostic {
  const message = "Terraform configuration is not read, and the directory has no plan";
  const fix = "run `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`, and name plan.json";
  return { file, message, fix };
}

function addAssembly(directory: InputPath, inputs: Collected, reader: InputReader): void {
  const sources = readCloudAssembly(directory, reader);
  inputs.templates.push(...sources);
  inputs.files.push(...sources.map(({ source }) => source.file));
}

/** Members of a directory that are something else are left out. */
function addMember(at: InputPath, inputs: Collected, reader: InputReader): void {
  const parsed = reader.parse(at);
  if (asList(parsed.value).some(isInput)) add(parsed, at, inputs, reader);
}

function isInput(value: unknown): boolean {
  const kind = recognize(value);
  return kind === "policy" ? canBeTrustPolicy(value) : kind !== "other";
}

function add(parsed: ParsedFile, at: InputPath, inputs: Collected, reader: InputReader): void {
  const { file } = parsed;
  const kind = recognize(parsed.value);
  if (kind === "other") throw notRecognized(parsed);
  inputs.files.push(file);
  switch (kind) {
    case "template": {
      const read = { source: templateSource(parsed), path: reader.resolve(at) };
      const nested = readNested(read, at, reader);
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
  }
}

function notRecognized(parsed: ParsedFile): TrustInputError {
  const isSeveral = asList(parsed.value).some((value) => recognize(value) !== "other");
  const message = isSeveral
    ? "it has several YAML documents, and a template is one"
    : "it is not a CloudFormation template (`Resources`), a Terraform plan (`terraform show -json`) or a policy (`Statement`)";
  const fix = isSeveral ? "write each into a file of its own" : "name one of these, or a cdk.out directory";
  return new TrustInputError("NotATemplate", [{ file: parsed.file, message, fix }]);
}
