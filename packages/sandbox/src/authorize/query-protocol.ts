import type { IncomingMessage } from "node:http";
import { splitUrl } from "../gateway/signed-request.ts";

/**
 * Reads the parameters of a request in the query protocol, as moto does: the form, and without one the query string.
 *
 * @returns what is ambiguous about the request: another reader could see another action.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function readQuery(
  { headers, url }: Pick<IncomingMessage, "headers" | "url">,
  body: Buffer,
): ReadonlyMap<string, string> | string {
  if (headers["content-encoding"] !== undefined) return "the body is encoded";
  if (headers["x-amz-target"] !== undefined) return "it has an X-Amz-Target";
  const { query } = splitUrl(url);
  const form = new URLSearchParams(body.toString("utf8"));
  const own = [...query].filter(([name]) => !name.startsWith("X-Amz-"));
  if (form.size > 0 && own.length > 0) return "it has parameters in the query string and in the body";
  if (form.size > 0 && !headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return "the body is not a form";
  }
  const entries = form.size > 0 ? [...form] : own;
  const parameters = new Map(entries);
  if (parameters.size < entries.length) return "a parameter is given twice";
  return parameters.has("Action") ? parameters : "it has no Action";
}
