import { isRecord, listOf } from "@agent-roles/iam";
import { propertiesOf } from "./stack.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Resources that SAM makes a role for, the section of `Globals` for each, and the service that can assume the role. */
const KINDS: ReadonlyMap<unknown, { readonly globals: string; readonly service: string }> = new Map([
  ["AWS::Serverless::Function", { globals: "Function", service: "lambda.amazonaws.com" }],
  ["AWS::Serverless::StateMachine", { globals: "StateMachine", service: "states.amazonaws.com" }],
]);

/**
 * The role that SAM makes for a function or state machine without `Role`, as CloudFormation gets it: `<LogicalId>Role`.
 *
 * @returns `undefined` for another resource, or one that has a role.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export function samRole(resource: JsonObject, globals: unknown): JsonObject | undefined {
  const { Type: type, Condition: condition, Metadata: metadata } = resource;
  const kind = KINDS.get(type);
  const section = kind && isRecord(globals) ? globals[kind.globals] : undefined;
  const properties = { ...(isRecord(section) && section), ...propertiesOf(resource) };
  if (kind === undefined || "Role" in properties) return undefined;
  const {
    AssumeRolePolicyDocument: trust,
    Policies: policies,
    PermissionsBoundary: boundary,
    RolePath: path,
  } = properties;
  const trusting = { Effect: "Allow", Principal: { Service: kind.service }, Action: "sts:AssumeRole" };
  return {
    Type: "AWS::IAM::Role",
    ...(condition !== undefined && { Condition: condition }),
    ...(metadata !== undefined && { Metadata: metadata }),
    Properties: {
      AssumeRolePolicyDocument: trust ?? { Version: "2012-10-17", Statement: [trusting] },
      ...(boundary !== undefined && { PermissionsBoundary: boundary }),
      ...(path !== undefined && { Path: path }),
      ...policiesOf(policies),
    },
  };
}

/** Policy documents, and names or ARNs of managed policies. SAM's policy templates give no access to roles. */
function policiesOf(value: unknown): JsonObject {
  const policies = listOf(value);
  const documents = policies.filter((policy) => isRecord(policy) && "Statement" in policy);
  const managed = policies.filter((policy) => typeof policy === "string" || isIntrinsic(policy));
  return {
    Policies: documents.map((PolicyDocument, i) => ({ PolicyName: `Policy${i}`, PolicyDocument })),
    ManagedPolicyArns: managed.map((policy) => (typeof policy === "string" ? managedPolicyArn(policy) : policy)),
  };
}

function isIntrinsic(value: unknown): boolean {
  const [key, ...others] = isRecord(value) ? Object.keys(value) : [];
  return others.length === 0 && key !== undefined && /^(?:Ref$|Fn::)/u.test(key);
}

function managedPolicyArn(name: string): unknown {
  return name.startsWith("arn:") ? name : { "Fn::Sub": `arn:\${AWS::Partition}:iam::aws:policy/${name}` };
}
