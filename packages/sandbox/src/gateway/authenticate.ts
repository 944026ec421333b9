import type { IamState } from "../iam/iam-state.ts";
import type { Caller } from "../sts/caller.ts";
import type { SessionTable } from "../sts/session-table.ts";
import type { AuthFailure } from "./error-document.ts";
import { type Signed, verifySignature } from "./verify-signature.ts";

export interface AuthenticationContext {
  readonly iam: IamState;
  readonly sessions: SessionTable;
  readonly now: () => number;
}

/**
 * Finds the signer of a request: a session that the gateway issued, or an IAM user with an active access key.
 * An IAM user's key is looked up for each request, so that a deleted key stops working at once.
 */
export async function authenticate(signed: Signed, context: AuthenticationContext): Promise<Caller | AuthFailure> {
  const { accessKeyId, sessionToken } = signed.signed;
  const session = context.sessions.find(accessKeyId);
  if (session?.sessionToken !== sessionToken) return "invalid";
  const user = session ? undefined : await context.iam.userOf(accessKeyId);
  const secret = (session ?? user)?.secretAccessKey;
  if (secret === undefined) return "invalid";
  const verdict = await verifySignature(signed, secret, context.now());
  if (verdict !== "valid") return verdict;
  if (user) return { kind: "user", user };
  if (!session || session.expirationMs <= context.now()) return "expired";
  return { kind: "session", session };
}
