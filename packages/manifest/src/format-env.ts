import { stringify } from "yaml";

/** How variables can be written: for `node --env-file` and the like, for `sh`, for programs, for a pod's container. */
export type EnvFormat = "dotenv" | "shell" | "json" | "kubernetes";

type Variables = Readonly<Record<string, string>>;

const writers: Readonly<Record<EnvFormat, (variables: Variables) => string>> = {
  dotenv: (variables) => lines(variables, (name, value) => `${name}=${dotenvValue(value)}`),
  shell: (variables) => lines(variables, (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`),
  json: (variables) => `${JSON.stringify(variables, undefined, 2)}\n`,
  kubernetes: (variables) => {
    // Kubernetes expands $(NAME) and reads $$ as one $.
    const env = Object.entries(variables).map(([name, value]) => ({ name, value: value.replaceAll("$", "$$$$") }));
    return stringify({ env }, { lineWidth: 0 });
  },
};

/** Every {@link EnvFormat}. */
export const envFormats: readonly EnvFormat[] = ["dotenv", "shell", "json", "kubernetes"];

/**
 * Writes variables; the text ends in a newline.
 *
 * - `dotenv`: `A=value`, quoted only where a reader would otherwise change the value.
 * - `shell`: `export A='value'` for any POSIX shell.
 * - `json`: one object.
 * - `kubernetes`: the `env:` list of a container.
 *
 * @param variables names and values. Values are one line; with `dotenv`, none holds `'`, `"` and `` ` `` together:
 *   a manifest's never do.
 */
export function formatEnv(variables: Variables, format: EnvFormat): string {
  return writers[format](variables);
}

function lines(variables: Variables, line: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join("");
}

/** Unquoted where possible, because `docker run --env-file` keeps quotation marks as part of the value. */
function dotenvValue(value: string): string {
  if (/^(?!\s)[^'"`#$\\]*(?<!\s)$/.test(value)) return value;
  // Double quotes last: within them readers expand \n, and many expand $.
  const quote = ["'", "`", '"'].find((mark) => !value.includes(mark)) ?? "";
  return `${quote}${value}${quote}`;
}
