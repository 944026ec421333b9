import { Stack, Token } from "aws-cdk-lib";
import { type IPrincipal, PolicyDocument, Role, type RoleProps } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { allow, assumeStatements, policyDocument } from "../policies/policy-document.ts";

/** Session tags and source identities of the agent's sessions. */
export interface SessionAttributeProps {
  /**
   * Keys of the session tags that the agent can pass.
   *
   * @default - no session tags
   */
  readonly sessionTags?: string[];

  /**
   * Source identities that the agent can set; `*` and `?` are wildcards.
   *
   * @default - no source identity
   */
  readonly sourceIdentities?: string[];
}

/** Properties of a {@link MasterRole}. A permissions boundary must allow `sts:AssumeRole`. */
export interface MasterRoleProps
  extends
    SessionAttributeProps,
    Pick<RoleProps, "description" | "managedPolicies" | "permissionsBoundary" | "maxSessionDuration"> {
  /** Who can assume the master role. */
  readonly assumedBy: IPrincipal;

  /** Name of the role. Target roles trust it by name. */
  readonly roleName: string;

  /**
   * Path of the role.
   *
   * @default "/agent-roles-master/"
   */
  readonly path?: string;

  /**
   * Path of the target roles. The master role can assume every role below it.
   *
   * @default "/agent-roles/"
   */
  readonly targetPath?: string;

  /**
   * Accounts of the target roles.
   *
   * @default - all accounts of the organization
   */
  readonly targetAccounts?: string[];

  /**
   * ID of the AWS organization (`o-…`) of the target roles.
   *
   * @default - required unless `targetAccounts` is set
   */
  readonly organizationId?: string;
}

/** The role that an agent starts as: it can assume the target roles. */
export class MasterRole extends Role {
  constructor(scope: Construct, id: string, props: MasterRoleProps) {
    const { sessionTags = [], sourceIdentities = [], targetAccounts, organizationId, ...role } = props;
    const {
      path = "/agent-roles-master/",
      targetPath = "/agent-roles/",
      description = "The role that agents start as.",
    } = role;
    if (targetAccounts === undefined && organizationId === undefined) {
      throw new Error(
        "MasterRole: set organizationId or targetAccounts, so that the role cannot assume roles of every account",
      );
    }
    const wrong = targetAccounts?.find((account) => !Token.isUnresolved(account) && !/^\d{12}$/.test(account));
    if (wrong !== undefined)
      throw new Error(`MasterRole: "${wrong}" in targetAccounts is not an account ID of twelve digits`);
    if (!targetPath.endsWith("/")) {
      throw new Error(`MasterRole: targetPath "${targetPath}" does not end with "/", so it covers other paths, too`);
    }
    if (path.startsWith(targetPath)) {
      throw new Error(
        `MasterRole: path "${path}" is below targetPath "${targetPath}", so the role could assume itself`,
      );
    }
    const { partition } = Stack.of(scope);
    const arn = (account: string): string => `arn:${partition}:iam::${account}:role${targetPath}*`;
    const inside = organizationId === undefined ? {} : { StringEquals: { "aws:ResourceOrgID": organizationId } };
    const [, ...attributes] = assumeStatements({ Resource: arn("*") }, { sessionTags, sourceIdentities });
    const assume = allow({ Resource: (targetAccounts ?? ["*"]).map(arn) }, "sts:AssumeRole", inside);
    super(scope, id, {
      ...role,
      path,
      description,
      inlinePolicies: { "agent-roles": PolicyDocument.fromJson(policyDocument([assume, ...attributes])) },
    });
  }
}
