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
import type { FastifyReply } from "fastify";
import { type Address, JSON_TYPE, limitedServer, listenOn, refuse } from "./limited-server.ts";
import { endpointMetrics, type Metrics } from "./metrics.ts";
import { profileTokens, type ProfileTokens } from "./profile-tokens.ts";
import { type Refusal, refusedRequest } from "./refused-request.ts";
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
  const app = limitedServer();
  const monitors = limitedServer();
  /** By how much this machine's clock is behind AWS, milliseconds. */
  let offsetMs = 0;
  let tokens: ProfileTokens | undefined;
  let update: (() => Promise<void>) | undefined;

  async function listen(roles: AgentRoles): Promise<void> {
    const session = sessionReader(roles, { ...clock, now: () => clock.now() + offsetMs });
    const answer = containerAnswers();
    const hosts = new Set<string>();
    app.addHook("onRequest", (request, reply, done) => {
      void reply.header("cache-control", "no-store");
      const refused = refusedRequest(request.raw, hosts);
      if (refused) refuse(reply, refused);
      else done();
    });
    app.get<{ Params: { profile: string } }>("/credentials/:profile", async (request, reply) => {
      const { profile } = request.params;
      const { authorization } = request.headers;
      if (authorization === undefined) return refuse(reply, NO_TOKEN);
      // The same answer for a profile that does not exist: the names of others are not given away.
      if (!tokens?.isValid(profile, authorization)) return refuse(reply, WRONG_TOKEN);
      try {
        const { role } = roles.target(profile);
        return reply.type(JSON_TYPE).send(answer(await session(profile), { roleArn: role.arn, offsetMs }));
      } catch (error) {
        return refuse(reply, unavailable(error));
      }
    });
    app.get("/", (_, reply) =>
      reply.headers(STATUS_PAGE_HEADERS).send(statusPage(roles.profiles(), clock.now() + offsetMs)),
    );
    app.get("/healthz", () => ({ status: "ok" }));
    app.get("/readyz", (_, reply) => {
      const notReady = notReadyOf(roles);
      const isReady = notReady.length === 0;
      return reply.code(isReady ? 200 : 503).send({ ready: isReady, notReady: notReady.map(reason) });
    });
    app.get("/metrics", async (_, reply) => sendMetrics(reply, roles));

    const port = await listenOn(app, { host: LOOPBACK, port: options.port });
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
      if (options.metrics) await listenForMonitors(roles, options.metrics);
      await update();
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** For kubelets and Prometheus, which come from another network namespace. Failures, with their ARNs, are left out. */
  async function listenForMonitors(roles: AgentRoles, address: Address): Promise<void> {
    monitors.addHook("onRequest", (request, reply, done) => {
      const refused = refusedRequest(request.raw);
      if (refused) refuse(reply, refused);
      else done();
    });
    monitors.get("/healthz", () => ({ status: "ok" }));
    monitors.get("/readyz", (_, reply) => {
      const isReady = notReadyOf(roles).length === 0;
      return reply.code(isReady ? 200 : 503).send({ ready: isReady });
    });
    monitors.get("/metrics", async (_, reply) => sendMetrics(reply, roles));
    await listenOn(monitors, address);
  }

  async function sendMetrics(reply: FastifyReply, roles: AgentRoles): Promise<FastifyReply> {
    return reply.type(metrics.contentType).send(await metrics.text(roles.profiles(), clock.now() + offsetMs));
  }

  async function close(): Promise<void> {
    await Promise.all([app.close(), monitors.close()]);
    await tokens?.remove();
  }

  return {
    onEvent: (event) => {
      metrics.onEvent(event);
      if (event.type === "clockSkew") ({ offsetMs } = event);
      if (event.type === "rolesChanged") update?.().catch(onFailure);
    },
    onCall: metrics.onCall,
    listen,
    close,
  };
}

/** Gives sessions from memory. A role that has none yet is waited for, as long as AWS clients wait. */
function sessionReader(roles: AgentRoles, clock: Clock): (profile: string) => Promise<SessionCredentials> {
  /** When the last session that was given expires: until then there is an answer in memory. */
  const validUntil = new Map<string, number>();

  async function soon(answer: Promise<SessionCredentials>, profile: string): Promise<SessionCredentials> {
    const done = new AbortController();
    const late = clock.sleep(ANSWER_LIMIT_MS, done.signal).then(() => Promise.reject(noAnswerYet(profile)));
    // The one that loses the race.
    for (const each of [answer, late]) each.catch(() => undefined);
    return Promise.race([answer, late]).finally(() => done.abort());
  }

  return async (profile) => {
    const now = clock.now();
    const answer = roles.credentials(profile)();
    const session = now < (validUntil.get(profile) ?? 0) ? await answer : await soon(answer, profile);
    const expiration = session.expiration.getTime();
    validUntil.set(profile, expiration);
    // Such readers ask again until they get credentials that last longer. Nobody waits for these.
    if (expiration - now < SELF_REFRESHING_TTL_MS) {
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

interface AnswerContext {
  readonly roleArn: string;
  readonly offsetMs: number;
}

/** Writes the answers of a container's credential server, each once. Readers compare the expiration with this machine's clock. */
function containerAnswers(): (session: SessionCredentials, context: AnswerContext) => string {
  const written = new WeakMap<SessionCredentials, AnswerContext & { readonly text: string }>();
  return (session, { roleArn, offsetMs }) => {
    const last = written.get(session);
    if (last?.roleArn === roleArn && last.offsetMs === offsetMs) return last.text;
    const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = session;
    const text = JSON.stringify({
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: new Date(expiration.getTime() - offsetMs).toISOString(),
      AccountId: accountId,
      RoleArn: roleArn,
    });
    written.set(session, { roleArn, offsetMs, text });
    return text;
  };
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

function notReadyOf(roles: AgentRoles): readonly ProfileStatus[] {
  return roles.profiles().filter(({ status }) => status !== "fresh" && status !== "expiring");
}

function reason({ profile, status, failure }: ProfileStatus) {
  return { profile, status, ...(failure && { failure }) };
}
