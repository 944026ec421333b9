import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("a sandbox that was started", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  it("knows its administrators", async () => {
    const credentials = sandbox.admin("123456789013");
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: "123456789013", Arn: "arn:aws:iam::123456789013:user/sandbox-admin" });
  });

  it("lets the first account's administrator into every account through the deploy role", async () => {
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.admin() });
    const RoleArn = `arn:aws:iam::123456789013:role/${sandbox.deployRoleName}`;
    const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "deploy" }));
    expect(answer.AssumedRoleUser?.Arn).toBe(
      "arn:aws:sts::123456789013:assumed-role/OrganizationAccountAccessRole/deploy",
    );
  });
});
