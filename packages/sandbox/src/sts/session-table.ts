import type { PolicyDocument } from "@agent-roles/trust";
import { randomBytes } from "node:crypto";
import type { RoleRef } from "../iam/iam-directory.ts";

/** What a session is made of, beyond its keys. */
export interface SessionIdentity {
  readonly role: RoleRef;
  readonly roleId: string;
  readonly sessionName: string;
  /** The tags passed in the call and those inherited along the chain. */
  readonly tags: Readonly<Record<string, string>>;
  /** Those of `tags` that the next role in the chain inherits. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string;
  /** The session policies passed in the call; `undefined` when none were. */
  readonly sessionPolicies?: readonly PolicyDocument[];
}

/** A session of a role that the gateway issued. */
export interface Session extends SessionIdentity {
  /** `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`; a role's path is not part of it. */
  readonly arn: string;
  /** `AROA…:<session name>` */
  readonly userId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expirationMs: number;
}

/** Every session that was issued, also the expired ones: STS tells an expired token from an unknown one. */
export interface SessionTable {
  issue(identity: SessionIdentity, expirationMs: number): Session;
  find(accessKeyId: string): Session | undefined;
}

/** RFC 4648; AWS's key ids are of these characters. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Makes an empty table. */
export function sessionTable(): SessionTable {
  const sessions = new Map<string, Session>();
  return {
    issue(identity, expirationMs) {
      const { role, roleId, sessionName } = identity;
      const session: Session = {
        ...identity,
        arn: `arn:${role.partition}:sts::${role.accountId}:assumed-role/${role.roleName}/${sessionName}`,
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
