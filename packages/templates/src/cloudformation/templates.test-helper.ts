import type { TemplateSource } from "./template-source.ts";

/** A template of one stack in an account and Region that are known. */
export function source(
  template: Readonly<Record<string, unknown>>,
  more: Partial<TemplateSource> = {},
): TemplateSource {
  return { file: "t.json", account: "123456789012", region: "us-east-1", stackName: "S", ...more, template };
}

/** An Allow statement of a trust policy. */
export function allow(principal: unknown): object {
  return { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
}

/** A role resource. */
export function roleOf(statements: unknown, more: object = {}): object {
  return {
    Type: "AWS::IAM::Role",
    Properties: { RoleName: "r", AssumeRolePolicyDocument: { Statement: statements }, ...more },
  };
}

/** A policy document. */
export function document(action: string): object {
  return { Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] };
}
