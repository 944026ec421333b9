import type { Manifest } from "@agent-roles/manifest";
import { formatRoleEnv } from "@agent-roles/runtime/role-env";
import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { deployRoleSynthesizer } from "./deploy-role-synthesizer.ts";
import { InfraError } from "./infra-error.ts";
import { MasterRole } from "./master-role.ts";
import { rolesOfAccount } from "./roles-of-account.ts";
import { TargetRole } from "./target-role.ts";

export interface AccountStackProps {
  readonly manifest: Manifest;
  readonly account: string;
  /** Region of the stack; the roles are global. */
  readonly region: string;
  /** Prefix of `agent-roles-<account>`. */
  readonly stackPrefix?: string;
}

/**
 * The roles of one account: its target roles, each with its `AWS_ROLE_N` value as an output, and the master role if this
 * is the master's account.
 */
export class AccountStack extends Stack {
  constructor(scope: Construct, { manifest, account, region, stackPrefix = "" }: AccountStackProps) {
    const { partition, deployRoleName } = manifest;
    super(scope, accountStackName(account, stackPrefix), {
      env: { account, region },
      description: "agent-roles: roles that an agent assumes",
      synthesizer: deployRoleSynthesizer(`arn:${partition}:iam::${account}:role/${deployRoleName}`),
      analyticsReporting: false,
    });
    if (manifest.master.account === account) new MasterRole(this, "MasterRole", { manifest });
    const own = rolesOfAccount(manifest, account);
    const values = formatRoleEnv({ roles: own });
    for (const { number } of own) {
      const role = manifest.roles[number - 1];
      if (role) new TargetRole(this, `Target-${role.roleName}`, { manifest, role });
      new CfnOutput(this, `AwsRole${number}`, { value: values[`AWS_ROLE_${number}`] ?? "" });
    }
  }
}

function accountStackName(account: string, prefix: string): string {
  const name = `${prefix}agent-roles-${account}`;
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) return name;
  const message = `"${prefix}" before a stack's name is not valid`;
  const fix = "begin with a letter, then letters, digits and hyphens, up to 100";
  throw new InfraError("InvalidStackPrefix", [{ subject: "stackPrefix", message, fix }]);
}
