import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../role-env/json.ts";
import { malformedField, type SessionCredentials } from "../session/credentials.ts";

/** The fields of another version can mean something else. */
const ENTRY_VERSION = 1;

/** Why the last STS call failed; removed by the next session. */
export interface CachedFailure extends Pick<AgentRolesError, "code" | "message" | "fix" | "retryable"> {
  readonly hop?: "master" | undefined;
  /** Failures in a row, 1 for the first. */
  readonly attempt: number;
  readonly failedAt: Date;
}

/** What the processes know of one session. */
export interface CacheEntry {
  /** The newest session, expired ones included; never returned without a check of its expiration. */
  readonly session?: SessionCredentials;
  readonly failure?: CachedFailure;
}

/** A failure that another process met, as an error. */
export function failureError({ code, message, fix, retryable, hop }: CachedFailure): AgentRolesError {
  return new AgentRolesError(message, { code, fix, retryable, ...(hop && { hop }) });
}

/** The text of a cache file. */
export function formatEntry(key: string, { session, failure }: CacheEntry): string {
  return `${JSON.stringify({ version: ENTRY_VERSION, key, session, failure })}\n`;
}

/** What a cache file says, or why it says nothing. */
export type ParsedEntry =
  | { readonly entry: CacheEntry; readonly problem?: never }
  | { readonly problem: string; readonly entry?: never };

/** Reads the text of the cache file of this key. Never throws, whatever the text. */
export function parseEntry(text: string, key: string): ParsedEntry {
  const json = parseJsonObject(text);
  if (!json) return { problem: "is not what agent-roles writes" };
  if (json["version"] !== ENTRY_VERSION) return { problem: "was written by another version of agent-roles" };
  if (json["key"] !== key) return { problem: "belongs to another session" };
  const session = json["session"] === undefined ? undefined : parseSession(json["session"]);
  const failure = json["failure"] === undefined ? undefined : parseFailure(json["failure"]);
  if (session === null || failure === null) return { problem: "is damaged" };
  return { entry: { ...(session && { session }), ...(failure && { failure }) } };
}

function parseSession(value: unknown): SessionCredentials | null {
  if (!isJsonObject(value)) return null;
  const session = {
    accessKeyId: textOf(value, "accessKeyId"),
    secretAccessKey: textOf(value, "secretAccessKey"),
    sessionToken: textOf(value, "sessionToken"),
    accountId: textOf(value, "accountId"),
    issuedAt: new Date(textOf(value, "issuedAt")),
    expiration: new Date(textOf(value, "expiration")),
  };
  return malformedField(session) ? null : session;
}

function parseFailure(value: unknown): CachedFailure | null {
  if (!isJsonObject(value)) return null;
  const { code, message, fix, retryable, attempt } = value;
  const failedAt = new Date(textOf(value, "failedAt"));
  if (typeof code !== "string" || typeof message !== "string" || typeof fix !== "string") return null;
  if (typeof retryable !== "boolean" || typeof attempt !== "number" || !(attempt >= 1)) return null;
  if (!/^\w+$/.test(code) || Number.isNaN(failedAt.getTime())) return null;
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this version; another text would only be shown
    code: code as ErrorCode,
    message,
    fix,
    retryable,
    hop: value["hop"] === "master" ? "master" : undefined,
    attempt,
    failedAt,
  };
}

function textOf(fields: JsonObject, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}
