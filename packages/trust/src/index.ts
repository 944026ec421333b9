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
