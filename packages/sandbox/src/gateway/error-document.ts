import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type ServiceError, toXml } from "../sts/sts-answer.ts";

/** Why a request has no caller. */
export type AuthFailure = "unsigned" | "invalid" | "expired" | "mismatch" | "skewed" | "stale";

/** A complete response. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The format of a service's errors. */
export type Protocol = "query" | "s3" | "json";

/**
 * The error as the called service writes it, so that every SDK raises the same exception as on AWS.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function authError(why: AuthFailure, protocol: Protocol): ServiceError {
  const { status, code, message } = AUTH_ERRORS[why];
  return { status, message, code, ...AUTH_ERRORS[why][protocol] };
}

type AuthError = ServiceError & { readonly [P in Protocol]?: Partial<ServiceError> };

/** As in the query protocol; other protocols where they differ. */
const AUTH_ERRORS: Readonly<Record<AuthFailure, AuthError>> = {
  unsigned: {
    status: 403,
    code: "MissingAuthenticationToken",
    message: "Request is missing Authentication Token",
    s3: { code: "AccessDenied", message: "Access Denied" },
    json: { status: 400, code: "MissingAuthenticationTokenException" },
  },
  invalid: {
    status: 403,
    code: "InvalidClientTokenId",
    message: "The security token included in the request is invalid.",
    s3: { code: "InvalidAccessKeyId", message: "The AWS Access Key Id you provided does not exist in our records." },
    json: { status: 400, code: "UnrecognizedClientException" },
  },
  expired: {
    status: 403,
    code: "ExpiredToken",
    message: "The security token included in the request is expired",
    s3: { status: 400, message: "The provided token has expired." },
    json: { status: 400, code: "ExpiredTokenException" },
  },
  mismatch: {
    status: 403,
    code: "SignatureDoesNotMatch",
    message:
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
    json: { status: 400, code: "InvalidSignatureException" },
  },
  stale: {
    status: 403,
    code: "SignatureDoesNotMatch",
    message: "Signature expired: the presigned URL is no longer valid",
    s3: { code: "AccessDenied", message: "Request has expired" },
    json: { status: 400, code: "InvalidSignatureException" },
  },
  skewed: {
    status: 403,
    code: "SignatureDoesNotMatch",
    message: "Signature expired or not yet current: the request was not signed within 5 minutes of the server's time",
    s3: {
      code: "RequestTimeTooSkewed",
      message: "The difference between the request time and the current time is too large.",
    },
    json: { status: 400, code: "InvalidSignatureException" },
  },
};

/** The protocol of the request's service. */
export function protocolOf(service: string | undefined, request: IncomingMessage): Protocol {
  if (service === "s3") return "s3";
  const contentType = request.headers["content-type"] ?? "";
  const isForm = contentType.startsWith("application/x-www-form-urlencoded") || /[?&]Action=/.test(request.url ?? "");
  return isForm || (service !== undefined && QUERY_SERVICES.has(service)) ? "query" : "json";
}

/** Recognized by name for requests without a body. */
const QUERY_SERVICES: ReadonlySet<string> = new Set(["sts", "iam", "cloudformation", "sns", "ec2"]);

/** Writes an error document. */
export function errorReply({ status, code, message }: ServiceError, protocol: Protocol): Reply {
  const requestId = randomUUID();
  const Type = status < 500 ? "Sender" : "Receiver";
  switch (protocol) {
    case "query":
      return xml(
        status,
        requestId,
        toXml({ ErrorResponse: { Error: { Type, Code: code, Message: message }, RequestId: requestId } }),
      );
    case "s3":
      return xml(status, requestId, toXml({ Error: { Code: code, Message: message, RequestId: requestId } }));
    case "json":
      return {
        status,
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amzn-errortype": code,
          "x-amzn-requestid": requestId,
        },
        body: JSON.stringify({ __type: code, message }),
      };
  }
}

function xml(status: number, requestId: string, body: string): Reply {
  const headers = { "content-type": "text/xml", "x-amzn-requestid": requestId };
  return { status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}
