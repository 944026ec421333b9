import type { Caller } from "../sts/caller.ts";
import type { StsContext } from "../sts/issue-session.ts";
import type { AuthFailure } from "./error-document.ts";
import { type Signed, verifySignature } from "./verify-signature.ts";

/**
 * Finds the signer of a request: a session that the gateway issued, or an IAM user with an active access key.
 * An IAM user's key is looked up for each request, so that a deleted key stops working at once.
 */
export async function authenticate(
  signed: Signed,
  context: Pick<StsContext, "iam" | "sessions" | "now">,
): Promise<Caller | AuthFailure> {
  const { accessKeyId, sessionToken } = signed.signed;
  const session = context.sessions.find(accessKeyId);
  if (session?.sessionToken !== sessionToken) return "invalid";
  const user = session ? undefined : await context.iam.userOf(accessKeyId);
  const secret = (session ?? user)?.secretAccessKey;
  if (secret === undefined) return "invalid";
  const verdict = await verifySignature(signed, secret, context.now());
  if (verdict !== "valid") return verdict;
  if (user) return user;
  return session && session.expirationMs > context.now() ? session : "expired";
}
