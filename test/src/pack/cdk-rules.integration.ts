import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { cdk } from "../harness/cdk.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { REPOSITORY } from "../harness/repository.ts";

it("synthesizes agent-roles.yaml without a finding of the CDK's own template rules", async () => {
  const home = await mkdtemp(join(tmpdir(), "agent-roles-rules-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const manifestFile = join(REPOSITORY, "agent-roles.yaml");
  const env = { ...cleanEnv(home), CDK_VALIDATION: "true" };
  const synth = cdk(["synth", "--quiet"], { env, manifestFile, cdkOut: join(home, "cdk.out"), stackPrefix: "" });
  await expect(synth).resolves.toBeUndefined();
});
