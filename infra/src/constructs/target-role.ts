import { accountOf } from "@agent-roles/iam";
import { isProfileName, isReservedProfileName } from "@agent-roles/runtime/role-env";
import { CfnOutput, Stack, Token } from "aws-cdk-lib";
import { ArnPrincipal, type IRole, PolicyStatement, Role, type RoleProps } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { assumeStatements } from "../policies/policy-document.ts";
import type { SessionAttributeProps } from "./master-role.ts";

/** Properties of a {@link TargetRole}. */
export interface TargetRoleProps
  extends
    SessionAttributeProps,
    Pick<
      RoleProps,
      "description" | "managedPolicies" | "inlinePolicies" | "permissionsBoundary" | "maxSessionDuration"
    > {
  /** The master role, or its ARN; it can be in another account and does not have to exist yet. */
  readonly masterRole: IRole | string;

  /** Name of the role. */
  readonly roleName: string;

  /**
   * The AWS profile of the role. The stack gets an output with the value of `AWS_ROLE_N`.
   *
   * @default - no output
   */
  readonly profile?: string;

  /**
   * Path of the role.
   *
   * @default "/agent-roles/"
   */
  readonly path?: string;

  /**
   * ID of the AWS organization (`o-…`) of the master role.
   *
   * @default - not required
   */
  readonly organizationId?: string;

  /**
   * External ID that the agent must pass.
   *
   * @default - none
   */
  readonly externalId?: string;
}

/** A role that the master role can assume. It is an ordinary `iam.Role`: `bucket.grantRead(target)` works. */
export class TargetRole extends Role {
  constructor(scope: Construct, id: string, props: TargetRoleProps) {
    const { masterRole, profile, organizationId, externalId, sessionTags = [], sourceIdentities = [], ...role } = props;
    const { path = "/agent-roles/" } = role;
    const { partition } = Stack.of(scope);
    const masterArn = typeof masterRole === "string" ? masterRole : masterRole.roleArn;
    // ArnEquals takes wildcards, too.
    const named = /:role\/[^*?]+$/.test(masterArn) ? accountOf(masterArn) : undefined;
    const account = typeof masterRole === "string" ? named : masterRole.env.account;
    if (account === undefined) {
      throw new Error(
        `TargetRole: masterRole "${masterArn}" is not the ARN of a role; write arn:aws:iam::<account>:role/<path><name>`,
      );
    }
    if (
      profile !== undefined &&
      !Token.isUnresolved(profile) &&
      (!isProfileName(profile) || isReservedProfileName(profile))
    ) {
      throw new Error(
        `TargetRole: profile "${profile}" is not one that every AWS SDK can read; use letters, digits and _ @ + . % / -`,
      );
    }
    const root = `arn:${partition}:iam::${account}:root`;
    const condition = {
      ArnEquals: { "aws:PrincipalArn": masterArn },
      ...(organizationId !== undefined && { StringEquals: { "aws:PrincipalOrgID": organizationId } }),
    };
    const assumeOnly = externalId === undefined ? {} : { StringEquals: { "sts:ExternalId": externalId } };
    const [assume, ...attributes] = assumeStatements(
      { Principal: { AWS: root } },
      { sessionTags, sourceIdentities },
      condition,
      assumeOnly,
    );
    const assumedBy = new ArnPrincipal(root).withConditions({ ...assume?.Condition });
    super(scope, id, { ...role, path, assumedBy });
    this.assumeRolePolicy?.addStatements(...attributes.map((each) => PolicyStatement.fromJson(each)));
    if (profile !== undefined)
      new CfnOutput(this, "AwsRole", { value: `${this.fixedArn(path, role.roleName)}:${profile}` });
  }

  /** Known at synth where the account is. */
  private fixedArn(path: string, roleName: string): string {
    const { account, partition } = this.stack;
    return Token.isUnresolved(account) ? this.roleArn : `arn:${partition}:iam::${account}:role${path}${roleName}`;
  }
}
