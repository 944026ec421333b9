import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { SessionCache } from "../cache/session-cache.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { RoleEnv } from "../role-env/index.ts";
import { roleSession } from "../rotation/role-session.ts";
import { stsAssumeRole } from "./assume-role.ts";
import { callerIdentity } from "./caller-identity.ts";
import { isSessionOf } from "./session-arn.ts";
import { stsClient } from "./sts-client.ts";
import { stsRegion } from "./sts-region.ts";

export interface MasterConfigOptions {
  /** Tells the Region. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the agent starts with. Default: the SDK's default chain. */
  readonly ambient?: AwsCredentialIdentityProvider;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Shares the master's session with other processes when it has to be assumed first. */
  readonly cache?: SessionCache;
  /** Told AWS's time, milliseconds since the epoch, with every answer. */
  readonly onDate?: (date: number) => void;
}

/** The master role as an SDK client's constructor wants it. */
export interface MasterConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
}

/** How to speak as the master role: with the ambient credentials, or through `AWS_MASTER_ROLE_ARN` first. */
export function masterConfig(roleEnv: RoleEnv, options: MasterConfigOptions = {}): MasterConfig {
  const { env = process.env, ambient, clock = systemClock, random = Math.random, cache, onDate } = options;
  const { master, roles, roleSessionName } = roleEnv;
  const region = stsRegion(env, (master ?? roles[0])?.role.partition);
  const client = stsClient({ region, ...(ambient && { credentials: ambient }), ...(onDate && { onDate }) });
  const ambientCredentials = (): Promise<AwsCredentialIdentity> => client.config.credentials();
  if (!master) return { region, credentials: ambientCredentials };

  const shape = roleSessionName ? { roleSessionName } : {};
  const sts = stsAssumeRole(client, shape, clock);
  const assume = cache?.assumeRole(sts, { roleEnv: shape, env }) ?? sts;
  const request = { ...master, subject: "master role", caller: "the ambient credentials", variable: "AWS_MASTER_ROLE" };
  const hop = roleSession((accept) => assume(request, accept), { clock, random });

  let isMaster: Promise<boolean> | undefined;
  const credentials = async (): Promise<AwsCredentialIdentity> => {
    // A session of the master itself must not hop: a role may assume itself only where its own trust policy says so.
    isMaster ??= callerIdentity({ region, credentials: ambientCredentials }, "master role")
      .then(({ arn }) => isSessionOf(arn, master.role))
      .catch((error: unknown) => {
        isMaster = undefined;
        throw error;
      });
    return (await isMaster) ? ambientCredentials() : hop.credentials();
  };
  return { region, credentials };
}
