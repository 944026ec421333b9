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
  Decision,
  FederatedCaller,
  PolicyDocument,
  PolicyKind,
  Reason,
  RequestedRole,
  ServiceCaller,
} from "./assume-role-request.ts";
export { evaluateAssumeRole } from "./evaluate-assume-role.ts";
export type * from "./trust-model.ts";
export { asList, isRecord, quote, textOf } from "./json.ts";
export { applySuppressions, type Suppressed } from "./lint/apply-suppressions.ts";
export { lintTrust } from "./lint/lint-trust.ts";
export type { Rule } from "./lint/rule.ts";
export { rules } from "./lint/rules.ts";
export { ask, type Answered } from "./access/best-decision.ts";
export { knownCaller, type PossibleCaller } from "./access/callers.ts";
