import { asList, quote } from "./json.ts";
import { ALWAYS_THERE, UNKNOWN_UNLESS_GIVEN } from "./condition-keys.ts";

/** What the request says of one condition key. */
export type ContextEntry =
  | {
      readonly state: "present";
      readonly values: readonly string[];
      /** The value is a role's ARN that was made from a session's: right but for a possible path. */
      readonly pathUnknown?: true;
    }
  | { readonly state: "absent" }
  | {
      readonly state: "unknown";
      readonly why: string;
      /** The key is in the request; only its value is unknown. */
      readonly exists?: true;
    };

/** The condition keys of one call, by their names in lower case: AWS ignores the case of key names. */
export type RequestContext = ReadonlyMap<string, ContextEntry>;

/** Makes a context of entries; a later one replaces an earlier one, and `undefined` says nothing. */
export function contextOf(entries: Iterable<readonly [key: string, entry: ContextEntry | undefined]>): RequestContext {
  const context = new Map<string, ContextEntry>();
  for (const [key, entry] of entries) if (entry) context.set(key.toLowerCase(), entry);
  return context;
}

/** The entry for a value that is given, a text or a list of texts; `undefined` for a key that is left out. */
export function entryOf(value: unknown): ContextEntry | undefined {
  if (value === undefined || value === null) return undefined;
  const values = asList(value);
  if (values.length === 0) return { state: "absent" };
  if (values.some((each) => typeof each === "object"))
    return unknownEntry(`${quote(value)} is neither a text nor a list`);
  return { state: "present", values: values.map(String) };
}

/** The entry for a key that is not given; `exists` for one that every such request has, so that only its value is unknown. */
export function unknownEntry(why: string, exists?: { readonly exists: true }): ContextEntry {
  return { state: "unknown", why, ...exists };
}

const ENDPOINT_KEYS = new Set(["aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"]);

/**
 * Looks a key up. A key that AWS fills in but the request leaves out is unknown; any other is absent. The entry of
 * `accounts.google.com:*` is that of all claims of this provider that have none, that of `aws:PrincipalTag/*` of all tags.
 */
export function lookUp(context: RequestContext, key: string): ContextEntry {
  const name = key.toLowerCase();
  const entry = context.get(name);
  if (entry) return entry;
  // AWS fills in the address only outside a VPC endpoint, and the endpoint only inside one.
  if (name === "aws:sourceip" && context.has("aws:sourcevpce")) return { state: "absent" };
  if (ENDPOINT_KEYS.has(name) && context.has("aws:sourceip")) return { state: "absent" };
  if (ALWAYS_THERE.has(name)) return unknownEntry(notGiven(key), { exists: true });
  if (UNKNOWN_UNLESS_GIVEN.has(name)) return unknownEntry(notGiven(key));
  const claims =
    context.get(`${name.slice(0, name.lastIndexOf(":"))}:*`) ?? context.get(`${name.slice(0, name.indexOf("/"))}/*`);
  if (claims?.state !== "unknown") return { state: "absent" };
  // OpenID Connect requires both in every token.
  const isRequired = claims.exists && /:(?:sub|aud)$/.test(name);
  const option = name.startsWith("aws:") ? "" : ` (explain: --claim ${key.slice(key.lastIndexOf(":") + 1)}=…)`;
  return unknownEntry(notGiven(key) + option, isRequired ? { exists: true } : undefined);
}

function notGiven(key: string): string {
  return `${key} is not given; set it in request.context`;
}
