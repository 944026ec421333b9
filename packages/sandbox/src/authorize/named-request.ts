import type { IncomingMessage } from "node:http";
import type { SignedRequest } from "../gateway/signed-request.ts";

/** One action that a request needs, on one resource. */
export interface NamedAction {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN; `*` for an action that has no resource. */
  readonly resource: string;
  /** Condition keys of this action. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** A signed request, with everything that names what it does. */
export interface ServiceRequest {
  readonly request: Pick<IncomingMessage, "headers" | "method" | "url">;
  readonly signed: Pick<SignedRequest, "service" | "region">;
  readonly body: Buffer;
  readonly accountId: string;
  /** ARN of the caller's user; `undefined` for a session. */
  readonly userArn: string | undefined;
}

/** Looks up what an ARN needs and a request does not say. */
export interface ResourceLookup {
  /** ARN of a role, user, group or instance profile by its name; the path is not in the request. */
  iamArn(accountId: string, kind: string, name: string): Promise<string | undefined>;
  /** ARN of a secret by its name, or by an ARN without its six random characters. */
  secretArn(accountId: string, region: string, id: string): Promise<string | undefined>;
}

/** The reason for an action that no table names. */
export function unknownResource(action: string): string {
  return `the sandbox does not know the resource of ${action}`;
}

export function isArn(text: string): boolean {
  return text.startsWith("arn:");
}

/** What a request does, or why that cannot be named. A request that cannot be named is refused. */
export type Named = readonly NamedAction[] | string;
