import type { IncomingMessage } from "node:http";

/**
 * Whether a program on this machine sent the request. A web page is not one: its browser sends `Origin` or
 * `Sec-Fetch-Site`, and a name that was rebound to loopback is in `Host`. S3 clients put a bucket before `localhost`;
 * names below `localhost` always mean loopback (RFC 6761).
 */
export function isFromLocalProgram({ headers, rawHeaders }: Pick<IncomingMessage, "headers" | "rawHeaders">): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  // Of two, Node keeps the first, and another reader can keep the second.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return hosts.length === 1 && origin === undefined && site === "none" && LOOPBACK_HOST.test(host);
}

const LOOPBACK_HOST = /^(?:(?:[\w.-]+\.)?localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
