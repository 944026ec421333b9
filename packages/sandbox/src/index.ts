export type { StsCall } from "./gateway/call-log.ts";
export type { Faults } from "./gateway/faults.ts";
export { SandboxError, type SandboxErrorCode } from "./sandbox-error.ts";
export type { AdminKeys } from "./set-up-accounts.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox.ts";
