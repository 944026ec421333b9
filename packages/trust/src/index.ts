export type {
  AssumeRoleAnswer,
  AssumeRoleParameters,
  AssumeRoleRequest,
  AwsCaller,
  Caller,
  Decision,
  FederatedCaller,
  PolicyDocument,
  Reason,
  RequestedRole,
  ServiceCaller,
} from "./assume-role-request.ts";
export { evaluateAssumeRole } from "./evaluate-assume-role.ts";
export type { PolicyKind } from "./statement.ts";
