import { quote, valueAt } from "@agent-roles/iam";
import type { core } from "zod";
import { formatPath, type ManifestIssue, type Path } from "./manifest-issue.ts";
import { LIST_BELOW_STATEMENT } from "./statement.ts";
import type { YamlSource } from "@agent-roles/templates/source";

type Issue = core.$ZodIssue;

type Source = Pick<YamlSource, "value" | "written">;

/** What the schema found, in words: the schema's own messages are the fixes, what is wrong is read from the value. */
export function schemaIssues(issues: readonly Issue[], source: Source): ManifestIssue[] {
  const pasted = issues.flatMap((issue) => (isPolicyDocument(issue) ? [formatPath(issue.path)] : []));
  return issues
    .filter((issue) => isPolicyDocument(issue) || pasted.every((path) => !formatPath(issue.path).startsWith(path)))
    .flatMap((issue) => explain(issue, issue.path, source));
}

/** A whole document in the place of one statement. */
function isPolicyDocument(issue: Issue): boolean {
  return issue.code === "unrecognized_keys" && issue.keys.includes("Statement");
}

function explain(issue: Issue, path: Path, source: Source): ManifestIssue[] {
  if (isPolicyDocument(issue)) {
    return [{ path, message: "is a policy document, not a statement", fix: LIST_BELOW_STATEMENT }];
  }
  if (issue.code === "unrecognized_keys") {
    const fixes = issue.message.split("\n");
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      at: "key",
      message: `"${key}" is unknown`,
      fix: fixes[index] ?? issue.message,
    }));
  }
  if (issue.code === "invalid_key") {
    const fix = issue.issues[0]?.message ?? issue.message;
    return [{ path, at: "key", message: `"${String(path.at(-1))}" is not valid`, fix }];
  }
  const branch = issue.code === "invalid_union" ? meantBranch(issue.errors, path, source.value) : undefined;
  if (branch) return branch.flatMap((inner) => explain(inner, [...path, ...inner.path], source));
  const wantsText = issue.code === "invalid_union" || (issue.code === "invalid_type" && issue.expected === "string");
  return [invalidValue(issue.message, path, source, wantsText)];
}

/** The one alternative whose required fields are all there. */
function meantBranch(
  branches: readonly (readonly Issue[])[],
  path: Path,
  value: unknown,
): readonly Issue[] | undefined {
  const meant = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 1 || isPresent(issue, valueAt(value, [...path, ...issue.path]))),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

/** False for a missing field and for a value of another type: such an alternative was not meant. */
function isPresent(issue: Issue, value: unknown): boolean {
  return issue.path.length === 0 ? issue.code !== "invalid_type" : value !== undefined;
}

function invalidValue(fix: string, path: Path, source: Source, wantsText: boolean): ManifestIssue {
  const value = valueAt(source.value, path);
  if (wantsText && (typeof value === "number" || typeof value === "boolean")) {
    // YAML drops a leading zero: only the file knows the account 012345678901.
    const written = source.written(path) ?? String(value);
    const message = `${written} without quotes is a ${typeof value}, not a text`;
    return { path, message, fix: `quote it: "${written}"` };
  }
  // JSON has no NaN and no infinity.
  const isNumber = typeof value === "number" && !Number.isFinite(value);
  const message = isNumber ? `${source.written(path) ?? value} is not valid` : describe(value);
  return { path, message, fix };
}

function describe(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null || value === "") return "is empty";
  if (Array.isArray(value)) return value.length === 0 ? "is an empty list" : "this list is not valid";
  if (typeof value === "object") return "these fields are not valid";
  return `${quote(value)} is not valid`;
}
