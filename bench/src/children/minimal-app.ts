/* oxlint-disable eslint/no-new -- this is how the CDK is written */
import { App, BootstraplessSynthesizer, CfnOutput, type IStackSynthesizer, Stack } from "aws-cdk-lib";
import { CfnRole } from "aws-cdk-lib/aws-iam";
import process from "node:process";
import { accounts, MASTER_ACCOUNT, ROLES_AN_ACCOUNT } from "../harness/fleet.ts";

// What somebody writes who needs these very resources, once, and checks nothing. The app's settings are infra's.
const ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
const MASTER_PATH = "/agent-roles-master/";

const known = accounts(Number(process.argv[2]));
const app = new App({ autoSynth: false, stackTraces: false, treeMetadata: false, analyticsReporting: false });
const patterns = known.map((account) => `arn:aws:iam::${account}:role/agent-roles/*`);

for (const account of known) {
  const stack = new Stack(app, `minimal-${account}`, {
    env: { account, region: "us-east-1" },
    description: "agent-roles: roles that an agent assumes",
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- CDK's classes and its interface disagree under exactOptionalPropertyTypes
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    analyticsReporting: false,
  });
  if (account === MASTER_ACCOUNT) master(stack);
  for (let index = 0; index < ROLES_AN_ACCOUNT; index += 1) {
    const roleName = `Role${index}`;
    new CfnRole(stack, roleName, {
      roleName,
      path: "/agent-roles/",
      managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      assumeRolePolicyDocument: trust({
        ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${MASTER_ACCOUNT}:role${MASTER_PATH}agent-master` },
      }),
    });
    new CfnOutput(stack, `AwsRole${index}`, {
      value: `arn:aws:iam::${account}:role/agent-roles/${roleName}:Profile-${account}-${index}`,
    });
  }
}
app.synth();

function master(stack: Stack): void {
  new CfnRole(stack, "Master", {
    roleName: "agent-master",
    path: MASTER_PATH,
    description: "The role that agents start as.",
    assumeRolePolicyDocument: trust(),
    policies: [{ policyName: "agent-roles", policyDocument: permission(patterns) }],
  });
}

function trust(condition?: Record<string, unknown>): unknown {
  return policy({
    Principal: { AWS: `arn:aws:iam::${MASTER_ACCOUNT}:root` },
    Action: ACTIONS,
    ...(condition && { Condition: condition }),
  });
}

function permission(resources: readonly string[]): unknown {
  return policy({ Action: ACTIONS, Resource: resources });
}

function policy(statement: Record<string, unknown>): unknown {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] };
}
