import type { Server } from "node:http";
import { resolve } from "node:path";
import type {
  AgentRoles,
  AgentRolesEvent,
  Clock,
  Owner,
  ProfileStatus,
  SessionCredentials,
} from "@agent-roles/runtime";
import { cacheDirectory } from "@agent-roles/runtime/cache";
import { AgentRolesError, type Env } from "@agent-roles/runtime/role-env";
import { GROUP_FILE_MODE, shareDirectory } from "@agent-roles/runtime/stores";
import {
  type Address,
  type Answer,
  answerOf,
  type Answers,
  closeServer,
  limitedServer,
  listenOn,
  NO_SUCH_PATH,
  refusal,
} from "./limited-server.ts";
import { endpointMetrics, type Metrics } from "./metrics.ts";
import { profileTokens, type ProfileTokens } from "./profile-tokens.ts";
import type { Refusal } from "./refused-request.ts";
import { STATUS_PAGE_HEADERS, statusPage } from "./status-page.ts";

const LOOPBACK = "127.0.0.1";

/** The SDK for JavaScript waits one second for an answer. */
const ANSWER_LIMIT_MS = 900;

/** A minute above the 15 at which botocore asks for newer credentials on every request. */
const SELF_REFRESHING_TTL_MS = 16 * 60_000;

export interface EndpointOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly env: Env;
  readonly clock: Clock;
  /** The user that root writes token files for. */
  readonly owner?: Owner;
  /** Whose members can read the token files, and the directory for them: `--group`. */
  readonly shared?: SharedWithGroup;
  /** Where `/healthz`, `/readyz` and `/metrics` are served too, without credentials and for any client: `--metrics`. */
  readonly metrics?: Address;
  /** Receives what AWS clients need to use each profile, at the start and after each change of the roles. */
  readonly onProfiles: (url: string, profiles: readonly EndpointProfile[]) => void;
  /** Receives why the token files of changed roles cannot be written. */
  readonly onFailure: (error: unknown) => void;
}

/** A group by number, and a directory that its members can read. */
export interface SharedWithGroup {
  readonly group: number;
  readonly directory: string;
}

/** What AWS clients need to use a profile. */
export interface EndpointProfile {
  readonly profile: string;
  /** `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly uri: string;
  /** `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`. */
  readonly tokenFile: string;
}

/** A server of credentials, with metrics of the rotation. */
export interface Endpoint extends Pick<Metrics, "onCall"> {
  readonly onEvent: (event: AgentRolesEvent) => void;
  /**
   * Serves the credentials of these roles.
   *
   * @throws {UsageError} when the port cannot be used; {AgentRolesError} `StoreFailed` when no token file can be written.
   */
  readonly listen: (roles: AgentRoles) => Promise<void>;
  /** Ends every connection and removes the token files. */
  readonly close: () => Promise<void>;
}

/**
 * Serves credentials on loopback with the protocol of ECS containers, `/healthz`, `/readyz`, `/metrics`, and at `/` the status page.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function credentialsEndpoint(options: EndpointOptions): Endpoint {
  const { env, clock, owner, shared, onProfiles, onFailure } = options;
  const metrics = endpointMetrics();
  const servers: Server[] = [];
  /** By how much this machine's clock is behind AWS, milliseconds. */
  let offsetMs = 0;
  /** The answer for each session, with its expiration by this machine's clock. */
  let written = new WeakMap<SessionCredentials, Answer>();
  let tokens: ProfileTokens | undefined;
  let update: (() => Promise<void>) | undefined;

  async function listen(roles: AgentRoles): Promise<void> {
    const read = sessionReader(roles, { ...clock, now: () => clock.now() + offsetMs });
    async function credentials(profile: string, authorization: string | undefined): Promise<Answer> {
      if (authorization === undefined) return refusal(NO_TOKEN);
      // The same answer for a profile that does not exist: the names of others are not given away.
      if (!tokens?.isValid(profile, authorization)) return refusal(WRONG_TOKEN);
      try {
        const { role } = roles.target(profile);
        const session = await read(profile);
        const known = written.get(session);
        if (known) return known;
        const answer = answerOf(containerCredentials(session, role.arn, offsetMs));
        written.set(session, answer);
        return answer;
      } catch (error) {
        return refusal(unavailable(error));
      }
    }
    const hosts = new Set<string>();
    const port = await serve(
      { host: LOOPBACK, port: options.port },
      (path, { headers }) => {
        const [, segment] = /^\/credentials\/([^/]+)$/.exec(path) ?? [];
        if (segment !== undefined) return credentials(decodeURIComponent(segment), headers.authorization);
        if (path !== "/") return monitor(path, roles, ({ profile, status, failure }) => ({ profile, status, failure }));
        return answerOf(statusPage(roles.profiles(), clock.now() + offsetMs), { headers: STATUS_PAGE_HEADERS });
      },
      hosts,
    );
    const url = `http://${LOOPBACK}:${port}`;
    const directory = resolve(shared?.directory ?? cacheDirectory(env), "endpoint", String(port));
    const files = profileTokens(directory, shared ? { mode: GROUP_FILE_MODE } : { owner });
    tokens = files;
    update = async () => {
      const profiles = roles.profiles().map(({ profile }) => profile);
      await files.update(profiles);
      const uri = (profile: string): string => `${url}/credentials/${encodeURIComponent(profile)}`;
      onProfiles(
        url,
        profiles.map((profile) => ({ profile, uri: uri(profile), tokenFile: files.file(profile) })),
      );
    };
    for (const name of [LOOPBACK, "localhost", "[::1]"]) hosts.add(`${name}:${port}`);
    try {
      if (shared) await shareDirectory(shared.directory, directory, shared.group);
      // Failures, with their ARNs, are left out.
      if (options.metrics) await serve(options.metrics, (path) => monitor(path, roles));
      await update();
    } catch (error) {
      await close();
      throw error;
    }
  }

  function serve(address: Address, answers: Answers, hosts?: ReadonlySet<string>): Promise<number> {
    const server = limitedServer(answers, hosts);
    servers.push(server);
    return listenOn(server, address);
  }

  /** For kubelets and Prometheus, which come from another network namespace. */
  async function monitor(
    path: string,
    roles: AgentRoles,
    reason?: (profile: ProfileStatus) => object,
  ): Promise<Answer> {
    if (path === "/healthz") return answerOf(JSON.stringify({ status: "ok" }));
    if (path === "/metrics") {
      const body = await metrics.text(roles.profiles(), clock.now() + offsetMs);
      return answerOf(body, { headers: { "content-type": metrics.contentType } });
    }
    if (path !== "/readyz") return refusal(NO_SUCH_PATH);
    const notReady = roles.profiles().filter(({ status }) => status !== "fresh" && status !== "expiring");
    const ready = notReady.length === 0;
    const body = JSON.stringify({ ready, ...(reason && { notReady: notReady.map(reason) }) });
    return answerOf(body, { status: ready ? 200 : 503 });
  }

  async function close(): Promise<void> {
    await Promise.all(servers.map(closeServer));
    await tokens?.remove();
  }

  return {
    onEvent: (event) => {
      metrics.onEvent(event);
      if (event.type === "clockSkew") {
        ({ offsetMs } = event);
        written = new WeakMap();
      }
      if (event.type === "rolesChanged") update?.().catch(onFailure);
    },
    onCall: metrics.onCall,
    listen,
    close,
  };
}

/** Gives sessions from memory. A role that has none yet is waited for, as long as AWS clients wait. */
function sessionReader(roles: AgentRoles, clock: Clock): (profile: string) => Promise<SessionCredentials> {
  /** Until when there is an answer in memory: when a session that was given expires. */
  const validUntil = new Map<string, number>();

  async function soon(answer: Promise<SessionCredentials>, profile: string): Promise<SessionCredentials> {
    const done = new AbortController();
    const late = clock.sleep(ANSWER_LIMIT_MS, done.signal).then(() => Promise.reject(noAnswerYet(profile)));
    // The one that loses the race.
    for (const each of [answer, late]) each.catch(() => undefined);
    const session = await Promise.race([answer, late]).finally(() => done.abort());
    validUntil.set(profile, session.expiration.getTime());
    return session;
  }

  return async (profile) => {
    const now = clock.now();
    const answer = roles.credentials(profile)();
    const session = await (now < (validUntil.get(profile) ?? 0) ? answer : soon(answer, profile));
    // Such readers ask again until they get credentials that last longer. Nobody waits for these.
    if (session.expiration.getTime() - now < SELF_REFRESHING_TTL_MS) {
      void roles
        .credentials(profile, { minTtlMs: SELF_REFRESHING_TTL_MS })()
        .catch(() => undefined);
    }
    return session;
  };
}

const NO_TOKEN: Refusal = {
  status: 401,
  code: "MissingToken",
  message: "the request has no Authorization header; set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
};
const WRONG_TOKEN: Refusal = {
  status: 403,
  code: "AccessDenied",
  message: "the token is not the one of this profile; use the profile's own URI and token file",
};

/** What a container's credential server answers. Readers compare the expiration with this machine's clock. */
function containerCredentials(session: SessionCredentials, roleArn: string, offsetMs: number): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = session;
  return JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: new Date(expiration.getTime() - offsetMs).toISOString(),
    AccountId: accountId,
    RoleArn: roleArn,
  });
}

function unavailable(error: unknown): Refusal {
  const known = error instanceof AgentRolesError ? error : undefined;
  const message = known ? `${known.message}; ${known.fix}` : "the credentials cannot be read";
  return { status: 503, code: known?.code ?? "Unknown", message };
}

function noAnswerYet(profile: string): AgentRolesError {
  return new AgentRolesError(`${profile}: no credentials yet`, {
    code: "Unavailable",
    retryable: true,
    fix: "Ask again: the role is being assumed.",
  });
}
