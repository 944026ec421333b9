import { protocolFields } from "../session/credentials.ts";
import type { StoredCredentials } from "./credential-store.ts";

/** One profile's credentials as an SDK reads them from a process, with their role and Region, which SDKs ignore. */
export function processCredentials(
  { target, credentials }: StoredCredentials,
  clockOffsetMs?: number,
): Readonly<Record<string, unknown>> {
  return {
    ...protocolFields(credentials, clockOffsetMs),
    RoleArn: target.role.arn,
    ...(target.access && target.access !== "full" && { Access: target.access }),
    ...(target.region && { Region: target.region }),
  };
}
