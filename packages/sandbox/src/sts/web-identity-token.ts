import { isRecord } from "@agent-roles/iam";
import { parseJson } from "../json.ts";

/** The claims of an OIDC token. Its signature is not verified: tests issue their own tokens. */
export interface WebIdentityToken {
  /** The issuer without `https://`, as in the provider's ARN and the condition keys. */
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expirationMs: number;
  /** Every string claim, for condition keys. */
  readonly claims: Readonly<Record<string, string>>;
}

/**
 * Reads a JSON Web Token; `undefined` when it is invalid, or lacks `iss`, `sub`, `aud` or `exp`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function readWebIdentityToken(token: string): WebIdentityToken | undefined {
  const [, encoded = "", ...rest] = token.split(".");
  const payload = rest.length === 1 ? parseJson(Buffer.from(encoded, "base64url").toString("utf8")) : undefined;
  if (!isRecord(payload)) return undefined;
  const { iss, sub, aud, exp } = payload;
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((audience) => typeof audience === "string");
  if (typeof iss !== "string" || typeof sub !== "string" || typeof exp !== "number" || audiences.length === 0) {
    return undefined;
  }
  const claims = Object.entries(payload).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return {
    issuer: iss.replace(/^https:\/\//, ""),
    subject: sub,
    audiences,
    expirationMs: exp * 1000,
    claims: Object.fromEntries(claims),
  };
}
