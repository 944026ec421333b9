import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { localCaller } from "../cache/local-caller.ts";
import type { SessionCache } from "../cache/session-cache.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Env, RoleEnv } from "../role-env/index.ts";
import { roleSession } from "../rotation/role-session.ts";
import type { AssumeRole, RoleRequest } from "../session/role-request.ts";
import { callAssumeRole } from "../sts/assume-role.ts";
import { type CallerIdentity, callerIdentity } from "../sts/caller-identity.ts";
import { httpHandler } from "../sts/http-handler.ts";
import { CHAINED_SECONDS, isRoleSession, isSessionOf } from "../sts/session-arn.ts";
import { stsClient } from "../sts/sts-client.ts";
import { stsRegion } from "../sts/sts-region.ts";
import { asMaster, defaultCredentials } from "./default-credentials.ts";

export interface MasterOptions {
  /** Default: `process.env`. */
  readonly env?: Env;
  /** What the agent starts with. Default: the SDK's default chain. */
  readonly ambient?: AwsCredentialIdentityProvider;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Shares the master's session with other processes when `AWS_MASTER_ROLE_ARN` has to be assumed first. */
  readonly cache?: SessionCache;
  /** Receives AWS's time, milliseconds since the epoch, with every answer of STS. */
  readonly onDate?: (date: number) => void;
  /** Called once for each role whose declared duration is capped. */
  readonly onCapped?: (request: RoleRequest, durationSeconds: number) => void;
}

export interface Master {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** Assumes a target role. When the master is itself a role session, for one hour at most. */
  readonly assumeRole: AssumeRole;
  /** Identifies the credentials that the agent starts with; `undefined` while there are none. Never rejects. */
  readonly caller: () => Promise<string | undefined>;
  /** Lets go of clients and credentials: the next call starts with new ones. */
  readonly reconnect: () => void;
  /** The failure of calls that got no answer within this time, if they wait for the master's credentials. */
  readonly waitingFailure: (limitMs: number) => AgentRolesError | undefined;
}

/**
 * How to call AWS as the master role: with the ambient credentials, or through `AWS_MASTER_ROLE_ARN` first.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function connectMaster(roleEnv: RoleEnv, options: MasterOptions = {}): Master {
  const { env = process.env, ambient, clock = systemClock, random = Math.random, cache, onDate, onCapped } = options;
  const { master, roles, roleSessionName, task } = roleEnv;
  const region = stsRegion(env, (master ?? roles[0])?.role.partition);
  const capped = new Set<string>();
  const revokedAt = (): number => (master && cache?.revokedAt(master)) ?? 0;
  let connection = connect();
  let isStale = false;

  function connect() {
    const connectedAt = clock.now();
    const requestHandler = httpHandler(env);
    const common = { region, requestHandler, ...(onDate && { onDate }) };
    let waiting = 0;
    const counted =
      (provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider =>
      (...args) => {
        waiting += 1;
        return provider(...args).finally(() => (waiting -= 1));
      };
    const isWaiting = (): boolean => waiting > 0;
    const start = stsClient({
      ...common,
      credentials: counted(ambient ? asMaster(ambient) : defaultCredentials(requestHandler, env)),
    });
    const startCredentials: AwsCredentialIdentityProvider = () => start.config.credentials();
    let identity: Promise<CallerIdentity> | undefined;
    const identify = (): Promise<CallerIdentity> =>
      callerIdentity({ ...common, credentials: startCredentials }, "the master", "master").catch((error: unknown) => {
        identity = undefined;
        throw error;
      });
    /** Asks STS once, and again after a failure. */
    const caller = (): Promise<CallerIdentity> => (identity ??= identify());
    const known = { connectedAt, startCredentials, caller, isWaiting };
    if (!master) return { ...known, credentials: startCredentials, client: start };

    // The master's own session serves every task.
    const attributes = roleSessionName && task === undefined ? { roleSessionName } : {};
    const call: AssumeRole = (request, _, signal) =>
      callAssumeRole(start, request, { attributes, clock, ...(signal && { signal }) });
    const assume = cache?.assumeRole(call, { roleEnv: attributes, env, caller: callerKey }) ?? call;
    const variable = "AWS_MASTER_ROLE";
    const request = {
      ...master,
      subject: "master role",
      caller: "the ambient credentials",
      variable,
      hop: "master",
    } as const;
    const hop = roleSession((accept) => assume(request, accept), { clock, random });
    // A session of the master itself must not hop: a role can assume itself only where its own trust policy says so.
    const credentials: AwsCredentialIdentityProvider = async () =>
      isSessionOf((await caller()).arn, master.role) ? startCredentials() : hop.credentials();
    return { ...known, credentials, client: stsClient({ ...common, credentials: counted(credentials) }) };
  }

  function current(): ReturnType<typeof connect> {
    const at = revokedAt();
    // AWS also denies new sessions until then.
    if (isStale || (connection.connectedAt < at && at <= clock.now())) connection = connect();
    isStale = false;
    return connection;
  }

  async function callerKey(): Promise<string | undefined> {
    const local = ambient ? undefined : localCaller(env);
    if (local !== undefined) return local;
    const start = await current()
      .startCredentials()
      .catch(() => undefined);
    return start && `key ${start.accessKeyId}`;
  }

  async function isChained(): Promise<boolean> {
    if (master) return true;
    // AssumeRole meets the same failure and reports it better.
    const start = await current()
      .caller()
      .catch(() => undefined);
    return start !== undefined && isRoleSession(start.arn);
  }

  async function assumeRole(request: RoleRequest, _?: unknown, signal?: AbortSignal) {
    const { durationSeconds = 0, subject } = request;
    const isCapped = durationSeconds > CHAINED_SECONDS && (await isChained());
    if (isCapped && !capped.has(subject)) onCapped?.(request, CHAINED_SECONDS);
    if (isCapped) capped.add(subject);
    const used = current();
    const asked = isCapped ? { ...request, durationSeconds: CHAINED_SECONDS } : request;
    try {
      return await callAssumeRole(used.client, asked, { attributes: roleEnv, clock, ...(signal && { signal }) });
    } catch (error) {
      const { hop, retryable } = toAgentRolesError(error, { code: "Unknown", fix: "" });
      // The SDK keeps credentials that do not expire: only a new client notices a new login or repaired keys.
      if ((hop || !retryable) && used === connection) isStale = true;
      throw error;
    }
  }

  return {
    region,
    credentials: () => current().credentials(),
    assumeRole,
    caller: callerKey,
    reconnect: () => {
      isStale = true;
    },
    waitingFailure: (limitMs) =>
      connection.isWaiting()
        ? new AgentRolesError(`the master's credentials: no answer within ${limitMs / 1000} s`, {
            code: "MasterCredentialsUnavailable",
            retryable: true,
            fix: "Check what gives the master its credentials (credential_process, SSO, instance or task role), and the network path to it.",
          })
        : undefined,
  };
}
