import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { cleanEnv } from "./harness/clean-env.ts";
import { REPOSITORY } from "./harness/repository.ts";

it("synthesizes the example of the constructs, with the grant, the trust and the AWS_ROLE_N value", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cdk-app-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const main = join(REPOSITORY, "examples/cdk-app/dist/main.js");
  await promisify(execFile)(process.execPath, [main], { env: { ...cleanEnv(directory), CDK_OUTDIR: directory } });
  const reports = await readFile(join(directory, "Reports.template.json"), "utf8");
  expect(reports).toContain("s3:GetObject*");
  expect(reports).toContain(":iam::123456789012:role/agent-roles-master/agent-master");
  expect(reports).toContain(":iam::123456789013:role/agent-roles/agent-reports-reader:Reports");
});
