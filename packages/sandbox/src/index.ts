export type { StsCall } from "./sts/call-log.ts";
export type { Faults } from "./sts/faults.ts";
export { SandboxError, type SandboxErrorCode } from "./sandbox-error.ts";
export type { AdminKeys } from "./iam/iam-state.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox.ts";
