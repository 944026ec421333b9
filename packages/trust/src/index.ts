export { accessChanges } from "./access/access-changes.ts";
export type { AccessChange, AccessChangeKind } from "./access/access-change.ts";
export type { CounterExample, Expectation, ExpectationResult } from "./access/expectation.ts";
export { proveExpectations } from "./access/prove-expectations.ts";
export type {
  AssumeRoleAnswer,
  AssumeRoleParameters,
  AssumeRoleRequest,
  AwsCaller,
  Caller,
  RequestedRole,
} from "./assume-role-request.ts";
export type { Decision, FederatedCaller, PolicyDocument, PolicyKind, Reason, ServiceCaller } from "@agent-roles/iam";
export { evaluateAssumeRole } from "./evaluate-assume-role.ts";
export type * from "./trust-model.ts";
export { applySuppressions, type Suppressed } from "./findings/apply-suppressions.ts";
export { lintTrust } from "./findings/run-rules.ts";
export type { Rule } from "./findings/rule.ts";
export { rules } from "./findings/rules.ts";
export { ask, type Answered } from "./access/best-decision.ts";
export { knownCaller, type PossibleCaller } from "./access/callers.ts";
