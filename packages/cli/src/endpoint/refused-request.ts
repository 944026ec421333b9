import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** An answer that is not what was asked for, in the JSON that SDKs copy into their errors. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Headers that AWS clients never send: a browser or a proxy does. */
const FOREIGN_HEADERS = ["origin", "forwarded", "x-forwarded-for", "x-forwarded-host", "sec-fetch-site"] as const;

/**
 * Why a request is refused, whatever its path. Requests of web pages do not get through, also where a name of theirs resolves to this
 * machine, nor what a proxy passes on. A browser gets the status page when a person enters its address, and when the page reloads itself.
 *
 * @param hosts - values of the `Host` header, in lower case; left out where clients can use any name.
 */
export function refusedRequest(request: IncomingMessage, hosts?: ReadonlySet<string>): Refusal | undefined {
  const { method, url = "", headers } = request;
  if (hosts && (!hosts.has(headers.host?.toLowerCase() ?? "") || !url.startsWith("/"))) {
    return refusal(403, "ForeignHost", `the request is for another host; use ${[...hosts].join(", ")}`);
  }
  const foreign = FOREIGN_HEADERS.find(
    (name) => headers[name] !== undefined && !(name === "sec-fetch-site" && url === "/" && isOpenedByPerson(headers)),
  );
  if (foreign !== undefined) {
    return refusal(403, "ForeignRequest", `requests with the header ${foreign} come from a browser or a proxy`);
  }
  if (method !== "GET") return refusal(405, "MethodNotAllowed", `${method} is not allowed; use GET`);
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
  return hasBody ? refusal(413, "RequestTooLarge", "the request has a body; send none") : undefined;
}

/**
 * Whether a browser opens the address as a page of its own, without another site that asks for it.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
function isOpenedByPerson(headers: IncomingHttpHeaders): boolean {
  const { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
  return (site === "none" || site === "same-origin") && mode === "navigate" && destination === "document";
}

function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}
