import type { IamDirectory } from "../iam/iam-directory.ts";
import type { Caller } from "../sts/caller.ts";
import type { SessionTable } from "../sts/session-table.ts";
import type { AuthFailure } from "./error-document.ts";
import type { Signature } from "./signed-request.ts";

export interface AuthenticationContext {
  readonly directory: IamDirectory;
  readonly sessions: SessionTable;
  readonly accounts: readonly string[];
  readonly now: () => number;
}

/**
 * Finds out who signed a request: a session that the gateway issued, or an IAM user with an active access key.
 * An IAM user's key is looked up every time, so that a deleted key stops working at once.
 */
export async function authenticate(
  { accessKeyId, sessionToken }: Signature,
  { directory, sessions, accounts, now }: AuthenticationContext,
): Promise<Caller | AuthFailure> {
  const session = sessions.find(accessKeyId);
  if (session) {
    if (session.sessionToken !== sessionToken) return "invalid";
    return session.expirationMs <= now() ? "expired" : { kind: "session", session };
  }
  if (sessionToken !== undefined) return "invalid";
  const user = await directory.userOf(accessKeyId, accounts);
  return user ? { kind: "user", user } : "invalid";
}
