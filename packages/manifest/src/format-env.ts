import { stringify } from "yaml";

/** Output formats: for `node --env-file`, for `sh`, for programs, for a container in a pod, for `mcp-proxy-for-aws`. */
export type EnvFormat = "dotenv" | "shell" | "json" | "kubernetes" | "mcp-proxy";

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
  "mcp-proxy": (variables) => writers.dotenv({ AWS_MCP_PROXY_PROFILES: profilesOf(variables).join(" ") }),
};

/** Every {@link EnvFormat}. */
export const envFormats: readonly EnvFormat[] = ["dotenv", "shell", "json", "kubernetes", "mcp-proxy"];

/**
 * Writes variables; the text ends in a newline.
 *
 * - `dotenv`: `A=value`, safe to `source` in a shell. A `'` beside `"`, `$` or `\` becomes ’: dotenv cannot quote both.
 * - `shell`: `export A='value'` for any POSIX shell.
 * - `json`: one object.
 * - `kubernetes`: the `env:` list of a container.
 * - `mcp-proxy`: `AWS_MCP_PROXY_PROFILES`, the role with `_DEFAULT` first: the proxy uses the first profile for calls that name none.
 *
 * @param variables names and values of one line.
 */
export function formatEnv(variables: Variables, format: EnvFormat): string {
  return writers[format](variables);
}

/** The profiles of the `AWS_ROLE_N`, the default one first. */
function profilesOf(variables: Variables): string[] {
  const names = Object.keys(variables).filter((name) => /^AWS_ROLE_\d+$/.test(name));
  return names
    .toSorted((a, b) => Number(isDefault(b)) - Number(isDefault(a)))
    .map((name) => (variables[name] ?? "").replace(/^.*:/, ""));

  function isDefault(name: string): boolean {
    return variables[`${name}_DEFAULT`] === "true";
  }
}

function lines(variables: Variables, line: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join("");
}

/**
 * Without quotation marks where every reader agrees, because `docker run --env-file` keeps them as part of the value. Single
 * quotes otherwise, in which a shell that sources the file expands nothing.
 */
function dotenvValue(value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  // A shell expands $, ` and \ between double quotes, and dotenv has no way to escape them.
  return /["$`\\]/.test(value) ? `'${value.replaceAll("'", "\u2019")}'` : `"${value}"`;
}
