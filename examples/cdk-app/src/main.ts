import { MasterRole, TargetRole, TrustValidationPlugin } from "@agent-roles/infra";
import { App, Stack, Validations } from "aws-cdk-lib";
import { ArnPrincipal } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";

const app = new App();
// Checks the trust of every role at synth.
Validations.of(app).addPlugins(new TrustValidationPlugin());

const agentStack = new Stack(app, "Agent", { env: { account: "123456789012", region: "eu-central-1" } });
const master = new MasterRole(agentStack, "Master", {
  roleName: "agent-master",
  assumedBy: new ArnPrincipal("arn:aws:iam::123456789012:role/agent-host"),
  targetAccounts: ["123456789013"],
});

const reportsStack = new Stack(app, "Reports", { env: { account: "123456789013", region: "eu-central-1" } });
const reader = new TargetRole(reportsStack, "Reader", {
  roleName: "agent-reports-reader",
  masterRole: master,
  externalId: "agent-roles-7f3c91d2",
  profile: "Reports",
});
new Bucket(reportsStack, "Reports").grantRead(reader);

app.synth();
