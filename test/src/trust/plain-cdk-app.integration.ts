import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanEnv } from "../harness/clean-env.ts";
import { CDK, REPOSITORY } from "../harness/repository.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-plain-"));
  // As a package manager would lay them out.
  await mkdir(join(directory, "node_modules/@agent-roles"), { recursive: true });
  await symlink(join(REPOSITORY, "infra"), join(directory, "node_modules/@agent-roles/infra"));
  for (const name of ["aws-cdk-lib", "constructs"]) {
    await symlink(join(REPOSITORY, "infra/node_modules", name), join(directory, "node_modules", name));
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Somebody's app, that knows nothing of agent-roles but the three lines of infra/README.md. */
function app(principal: string): string {
  return `
import { TrustValidationPlugin } from "@agent-roles/infra";
import { App, Stack, Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AnyPrincipal, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";

const app = new App();
Validations.of(app).addPlugins(new TrustValidationPlugin());

const stack = new Stack(app, "Theirs", { env: { account: "123456789012", region: "eu-central-1" } });
const bucket = new Bucket(stack, "Data");
const role = new Role(stack, "Worker", { assumedBy: ${principal} });
bucket.grantRead(role);
app.synth();
`;
}

async function synth(principal: string): Promise<{ readonly exitCode: number | undefined; readonly said: string }> {
  await writeFile(join(directory, "app.mjs"), app(principal));
  const argv = [
    CDK,
    "synth",
    "--quiet",
    "--app",
    `${process.execPath} app.mjs`,
    "--output",
    join(directory, "cdk.out"),
  ];
  const options = { cwd: directory, env: cleanEnv(directory), extendEnv: false, reject: false, all: true } as const;
  const { exitCode, all } = await execa(process.execPath, argv, options);
  return { exitCode, said: all };
}

it("fails cdk synth of anybody's app, with the construct, the reason and the fix, and passes when it is mended", async () => {
  const { exitCode, said } = await synth("new AnyPrincipal()");
  expect(exitCode, said).toBe(1);
  expect(said).toContain("wildcard-principal");
  expect(said).toContain("Theirs/Worker/Resource");
  expect(said).toContain("Suggested fix:");
  const mended = await synth('new ServicePrincipal("lambda.amazonaws.com")');
  expect(mended.exitCode, mended.said).toBe(0);
  expect(mended.said).not.toContain("agent-roles");
});

it("is three lines in the README, as here", async () => {
  const readme = await readFile(join(REPOSITORY, "infra/README.md"), "utf8");
  for (const line of [
    "import { TrustValidationPlugin }",
    "Validations.of(app).addPlugins(new TrustValidationPlugin());",
  ]) {
    expect(readme).toContain(line);
    expect(app("")).toContain(line);
  }
});
