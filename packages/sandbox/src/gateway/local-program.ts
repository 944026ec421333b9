import type { IncomingMessage } from "node:http";

/**
 * Whether a program on this machine sent the request. A web page is not one: its browser sends `Origin` or
 * `Sec-Fetch-Site`, and a name that was rebound to loopback is in `Host`. S3 clients put a bucket before `localhost`;
 * names below `localhost` always mean loopback (RFC 6761).
 */
export function isFromLocalProgram({ headers }: Pick<IncomingMessage, "headers">): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  return origin === undefined && site === "none" && LOOPBACK_HOST.test(host);
}

const LOOPBACK_HOST = /^(?:(?:[\w.-]+\.)?localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
