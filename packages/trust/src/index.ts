export { type AccessChange, type AccessChangeKind, accessChanges } from "./access/access-changes.ts";
export type { CounterExample, Expectation, ExpectationResult } from "./access/expectation.ts";
export { proveExpectations } from "./access/prove-expectations.ts";
export type {
  AssumeRoleAnswer,
  AssumeRoleParameters,
  AssumeRoleRequest,
  AwsCaller,
  Caller,
  RequestedRole,
} from "./assume-role/assume-role-request.ts";
export type { Decision, FederatedCaller, PolicyDocument, PolicyKind, Reason, ServiceCaller } from "@agent-roles/iam";
export { evaluateAssumeRole } from "./assume-role/evaluate-assume-role.ts";
export type * from "./trust-model.ts";
export { applySuppressions, type Suppressed } from "./findings/apply-suppressions.ts";
export { checkTrust, type TrustCheck, type TrustCheckInput } from "./check-trust.ts";
export { runRules } from "./findings/run-rules.ts";
export type { Exposure, Severity } from "./severity.ts";
export type { Rule } from "./findings/rule.ts";
export { rules } from "./findings/rules.ts";
export type { Grantee, PossibleCaller } from "./access/callers.ts";
export { claimContext, findCaller } from "./access/find-caller.ts";
export { simulate, type Simulation } from "./access/simulate.ts";
export { type GraphEdge, type GraphNode, type TrustGraph, trustGraph } from "./access/trust-graph.ts";
