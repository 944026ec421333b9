import type { PolicyDocument } from "@agent-roles/iam";
import { randomBytes } from "node:crypto";
import type { RoleRef } from "../iam/iam-state.ts";

/** A session without its keys. */
export interface SessionIdentity {
  readonly role: RoleRef;
  readonly roleId: string;
  readonly sessionName: string;
  /** Session tags of the call and those inherited in the role chain. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of `tags` that the next role in the chain inherits. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string;
  /** The session policies of the call; `undefined` without any. */
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** One policy for each GetScopedCredentials call in the chain that had one. */
  readonly scopedPolicies?: readonly PolicyDocument[];
  /** `aws:TokenIssueTime`, in milliseconds since the epoch; a scoped session keeps its parent's. */
  readonly issuedMs: number;
}

/** A role session that the gateway issued. */
export interface Session extends SessionIdentity {
  /** `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`; without the role's path. */
  readonly arn: string;
  readonly accountId: string;
  /** `AROA…:<session name>` */
  readonly userId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expirationMs: number;
}

/** Every issued session, including expired ones: STS distinguishes an expired token from an unknown one. */
export interface SessionTable {
  issue(identity: SessionIdentity, expirationMs: number): Session;
  find(accessKeyId: string): Session | undefined;
}

/** RFC 4648; the characters of AWS's key IDs. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Creates an empty table. */
export function sessionTable(): SessionTable {
  const sessions = new Map<string, Session>();
  return {
    issue(identity, expirationMs) {
      const { role, roleId, sessionName } = identity;
      const session: Session = {
        ...identity,
        arn: `arn:${role.partition}:sts::${role.accountId}:assumed-role/${role.roleName}/${sessionName}`,
        accountId: role.accountId,
        userId: `${roleId}:${sessionName}`,
        accessKeyId: `ASIA${[...randomBytes(16)].map((byte) => BASE32[byte % 32]).join("")}`,
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: `IQoJb3JpZ2luX2Vj${randomBytes(240).toString("base64")}`,
        expirationMs,
      };
      sessions.set(session.accessKeyId, session);
      return session;
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  };
}
