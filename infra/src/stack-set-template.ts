import { deployRoleArn, type Manifest, type ManifestRole } from "@agent-roles/manifest";
import { Aws, Stack } from "aws-cdk-lib";
import { synthesizedTemplates } from "./account-templates.ts";
import { deployRoleSynthesizer } from "./deploy-role-synthesizer.ts";
import { InfraError } from "./infra-error.ts";
import { ManifestTargetRole } from "./manifest-target-role.ts";
import { TEMPLATE_QUOTA } from "./stack-contents.ts";

/**
 * The one template of `deployment: stack-sets`: the target roles of any account, whose ID is `AWS::AccountId`. The manifest's
 * checks have made sure that the roles are the same in every account.
 *
 * @returns compact JSON.
 * @throws {InfraError} `QuotaExceeded`: it is larger than a request can be.
 */
export function stackSetTemplate(manifest: Manifest): string {
  const { roles, master } = manifest;
  // In the master's account, the text could mean the account or the master.
  const { account = "" } = roles.find((role) => role.account !== master.account) ?? roles[0] ?? {};
  const [template] = synthesizedTemplates((app) => {
    const stack = new Stack(app, "agent-roles", {
      description: "agent-roles: roles that an agent assumes",
      synthesizer: deployRoleSynthesizer(deployRoleArn(manifest, account)),
      analyticsReporting: false,
    });
    for (const role of roles.filter((each) => each.account === account)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same role with one text replaced
      const generic = JSON.parse(JSON.stringify(role).replaceAll(account, Aws.ACCOUNT_ID)) as ManifestRole;
      new ManifestTargetRole(stack, `Target-${role.roleName}`, { manifest, role: generic });
    }
  });
  const text = JSON.stringify(template);
  const bytes = Buffer.byteLength(text);
  if (bytes <= TEMPLATE_QUOTA) return text;
  const message = `the template of the StackSet has ${bytes} bytes, CloudFormation accepts ${TEMPLATE_QUOTA} without a bucket`;
  const fix = "move statements into managed policies of the accounts, or use deployment: accounts";
  throw new InfraError("QuotaExceeded", [{ path: "roles", message, fix }]);
}
