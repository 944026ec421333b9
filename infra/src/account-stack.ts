import { createHash } from "node:crypto";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import { formatRoleEnv } from "@agent-roles/runtime/role-env";
import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { deployRoleSynthesizer } from "./deploy-role-synthesizer.ts";
import { InfraError } from "./infra-error.ts";
import { ManifestMasterRole } from "./manifest-master-role.ts";
import { ManifestTargetRole } from "./manifest-target-role.ts";
import type { StackContent } from "./stack-contents.ts";

export interface AccountStackProps {
  readonly manifest: Manifest;
  readonly content: StackContent;
  /** Region of the stack; the roles are global. */
  readonly region: string;
  /** Prefix of `agent-roles-<account>`. */
  readonly stackPrefix?: string;
}

/**
 * Target roles of one account, each with its `AWS_ROLE_N` value as an output, and the master role if this is the first stack of
 * the master's account.
 */
export class AccountStack extends Stack {
  constructor(scope: Construct, { manifest, content, region, stackPrefix = "" }: AccountStackProps) {
    const { account, hasMaster, targets } = content;
    super(scope, accountStackName(content, stackPrefix), {
      env: { account, region },
      description: "agent-roles: roles that an agent assumes",
      synthesizer: deployRoleSynthesizer(deployRoleArn(manifest, account)),
      analyticsReporting: false,
    });
    if (hasMaster) new ManifestMasterRole(this, "MasterRole", { manifest });
    const values = formatRoleEnv({ roles: targets });
    for (const { number } of targets) {
      const role = manifest.roles[number - 1];
      if (!role) continue;
      new ManifestTargetRole(this, `Target-${role.roleName}`, { manifest, role });
      new CfnOutput(this, outputName(role.roleName), { value: values[`AWS_ROLE_${number}`] ?? "" });
    }
  }
}

/**
 * Named after the role, so that one more role in the manifest changes one template. Output names are letters and digits; other
 * characters are replaced by a hash of the name.
 */
export function outputName(roleName: string): string {
  const plain = roleName.replaceAll(/[^A-Za-z0-9]/g, "");
  const hash = createHash("sha256").update(roleName).digest("hex").slice(0, 8);
  return `AwsRole${plain}${plain === roleName ? "" : hash}`;
}

/** @throws {InfraError} `InvalidStackPrefix` */
export function accountStackName(
  { account, number }: Pick<StackContent, "account" | "number">,
  prefix: string,
): string {
  const name = `${prefix}agent-roles-${account}${number === 1 ? "" : `-${number}`}`;
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) return name;
  const message = `"${prefix}" before a stack's name is not valid`;
  const fix = "begin with a letter, then letters, digits and hyphens, up to 100";
  throw new InfraError("InvalidStackPrefix", [{ path: "stackPrefix", message, fix }]);
}
