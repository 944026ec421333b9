import { Agent } from "node:https";
import type { HttpHandler } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { profileSetting } from "../aws-files/profile-setting.ts";
import { expandHome } from "../files/home-directory.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import type { Env } from "../role-env/env.ts";

/** A connection that hangs is a failure like any other; without limits the SDK waits forever. */
const CONNECTION_TIMEOUT_MS = 3_000;
/** STS answers in less than a second. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Bytes. Mozilla's list of authorities has about 200,000. */
const LARGEST_BUNDLE = 16 * 1024 * 1024;

/** Connections at the same time; the SDK's own default. */
const MAX_SOCKETS = 50;

/**
 * Sends requests as the AWS CLI does: through `HTTPS_PROXY` and `HTTP_PROXY` except for `NO_PROXY`, and with the certificate
 * authorities of `AWS_CA_BUNDLE` or the profile's `ca_bundle`.
 *
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
 */
export function httpHandler(env: Env, requestTimeoutMs: number = REQUEST_TIMEOUT_MS): HttpHandler {
  // Not before the first request: a failure must have a caller that reports it.
  let opened: Promise<NodeHttpHandler> | undefined;
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request, options) => {
      opened ??= openHandler(env, requestTimeoutMs);
      return (await opened).handle(request, options);
    },
    destroy: () => void opened?.then((handler) => handler.destroy()).catch(() => undefined),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

async function openHandler(env: Env, requestTimeout: number): Promise<NodeHttpHandler> {
  const limits = { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout, throwOnRequestTimeout: true };
  for (const variable of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"]) {
    const value = env[variable];
    if (!value || /^https?:\/\/./i.test(value)) continue;
    const fix = `Write ${variable} with https:// or http://.`;
    throw new AgentRolesError(`${variable}: "${value}" is not a URL`, { code: "InvalidRequest", fix });
  }
  const ca = await certificateAuthorities(env);
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, ...(ca && { ca }) };
  if (!["HTTPS", "HTTP", "ALL"].some((scheme) => proxyVariable(scheme, env))) {
    return new NodeHttpHandler({ ...limits, ...(ca && { httpsAgent: new Agent(options) }) });
  }
  const { ProxyAgent } = await import("proxy-agent");
  const agent = new ProxyAgent({ ...options, getProxyForUrl: (url) => proxyFor(new URL(url), env) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types know Node's agents only; this one serves both protocols
  return new NodeHttpHandler({ ...limits, httpAgent: agent, httpsAgent: agent as unknown as Agent });
}

/** The proxy of a URL; empty for a direct connection. */
export function proxyFor({ protocol, hostname, port }: URL, env: Env): string {
  const excluded = proxyVariable("NO", env)
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = "", onlyPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (entry === "*") return true;
      if (name === "" || (onlyPort && onlyPort !== port)) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
  const scheme = protocol.replace(":", "").toUpperCase();
  const proxy = proxyVariable(scheme, env) || proxyVariable("ALL", env);
  if (excluded || proxy === "") return "";
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** The lower-case spelling wins, as in curl and Python. */
function proxyVariable(scheme: string, env: Env): string {
  const name = `${scheme}_PROXY`;
  return env[name.toLowerCase()] || env[name] || "";
}

/** The PEM text of `AWS_CA_BUNDLE`, else `ca_bundle` of the master's profile. @throws {AgentRolesError} when it cannot be read. */
export async function certificateAuthorities(env: Env): Promise<string | undefined> {
  const chosen = env["AWS_CA_BUNDLE"] || profileSetting("ca_bundle", env);
  if (!chosen) return undefined;
  const path = expandHome(chosen, env);
  return readRegularFile(path, { limit: LARGEST_BUNDLE }).catch((cause: unknown) => {
    const fix = "Set AWS_CA_BUNDLE (or ca_bundle in the profile) to a PEM file that this user can read, or unset it.";
    const options = { code: "MasterCredentialsUnavailable", retryable: true, fix, prefix: "AWS_CA_BUNDLE" } as const;
    throw toAgentRolesError(cause, options);
  });
}
