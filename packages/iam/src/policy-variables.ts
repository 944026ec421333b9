import { quote } from "./json.ts";
import { lookUp, type RequestContext } from "./request-context.ts";
import type { Pattern } from "./wildcard.ts";

/** A policy's text with its variables filled in; `absent` when a variable has no value, `unknown` when it could have one. */
export type Resolved =
  | { readonly state: "text"; readonly pattern: Pattern }
  | { readonly state: "absent"; readonly why: string }
  | { readonly state: "unknown"; readonly why: string };

/** `${key}` or `${key, 'default'}`. */
const VARIABLE = /\$\{([^}]*)\}/g;
const KEY_AND_DEFAULT = /^\s*([^,'\s][^,']*?)\s*(?:,\s*'([^']*)'\s*)?$/;
/** `${*}`, `${?}` and `${$}` write the character itself. */
const ESCAPES = new Set(["*", "?", "$"]);

/**
 * Fills in the variables of a policy of version 2012-10-17; older policies mean the literal text.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function resolveVariables(text: string, version: unknown, context: RequestContext): Resolved {
  if (version !== "2012-10-17" || !text.includes("${")) return { state: "text", pattern: { text } };
  const literals = new Set<number>();
  let resolved = "";
  let done = 0;
  for (const match of text.matchAll(VARIABLE)) {
    resolved += text.slice(done, match.index);
    done = match.index + match[0].length;
    const value = valueOf(match[1] ?? "", context);
    if (typeof value !== "string") return value;
    for (let i = 0; i < value.length; i++) if (ESCAPES.has(value[i] ?? "")) literals.add(resolved.length + i);
    resolved += value;
  }
  resolved += text.slice(done);
  return { state: "text", pattern: literals.size > 0 ? { text: resolved, literals } : { text: resolved } };
}

/**
 * The first policy variable of a text that AWS cannot read: without a name, a closing brace or quotation mark.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
 */
export function malformedVariable(text: string): string | undefined {
  const variables = [...text.matchAll(/\$\{([^}]*)(\}?)/g)];
  return variables.find(([, name = "", end]) => end === "" || !(ESCAPES.has(name) || KEY_AND_DEFAULT.test(name)))?.[0];
}

function valueOf(variable: string, context: RequestContext): string | Exclude<Resolved, { state: "text" }> {
  if (ESCAPES.has(variable)) return variable;
  const [, key, fallback] = KEY_AND_DEFAULT.exec(variable) ?? [];
  if (key === undefined)
    return { state: "unknown", why: `the policy variable ${quote(`\${${variable}}`)} cannot be read` };
  const entry = lookUp(context, key);
  switch (entry.state) {
    case "present": {
      const [value] = entry.values;
      if (value !== undefined && entry.values.length === 1) return value;
      return { state: "unknown", why: `\${${key}} has several values and cannot be a policy variable` };
    }
    case "absent":
      return fallback ?? { state: "absent", why: `\${${key}} has no value in this request` };
    case "unknown":
      return { state: "unknown", why: entry.why };
  }
}
