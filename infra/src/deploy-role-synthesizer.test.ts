import { Stack } from "aws-cdk-lib";
import { expect, it } from "vitest";
import { deployRoleSynthesizer } from "./deploy-role-synthesizer.ts";
import { testApp } from "./example.test-helper.ts";

const deployRoleArn = "arn:aws:iam::123456789013:role/OrganizationAccountAccessRole";

it("deploys through the given role, without a bootstrap version, a bucket or an execution role", () => {
  const app = testApp();
  const stack = new Stack(app, "Stack", { synthesizer: deployRoleSynthesizer(deployRoleArn) });
  const artifact = app.synth().getStackArtifact(stack.artifactId);
  expect(artifact.assumeRoleArn).toBe(deployRoleArn);
  expect(artifact.requiresBootstrapStackVersion).toBeUndefined();
  expect(artifact.cloudFormationExecutionRoleArn).toBeUndefined();
  expect(artifact.stackTemplateAssetObjectUrl).toBeUndefined();
  expect(artifact.dependencies).toEqual([]);
});

it("refuses assets, which would need a bootstrapped account", () => {
  const stack = new Stack(testApp(), "Stack", { synthesizer: deployRoleSynthesizer(deployRoleArn) });
  expect(() => stack.synthesizer.addFileAsset({ sourceHash: "x" })).toThrow(/^Stack: a file asset needs/);
  expect(() => stack.synthesizer.addDockerImageAsset({ sourceHash: "x" })).toThrow(/^Stack: a container image asset/);
});
