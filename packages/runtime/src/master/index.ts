/**
 * What the `agent-roles` command needs of the master and of STS. Internal: it can change with any version.
 *
 * @internal
 */
export { sessionPolicies } from "../session/session-policies.ts";
export { callerIdentity } from "../sts/caller-identity.ts";
export { httpHandler } from "../sts/http-handler.ts";
export { isSessionOf } from "../sts/session-arn.ts";
export { stsRegion } from "../sts/sts-region.ts";
export { connectMaster } from "./connect-master.ts";
