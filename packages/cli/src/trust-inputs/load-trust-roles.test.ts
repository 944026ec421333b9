import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadTrustRoles } from "./load-trust-roles.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "trust-inputs-"));
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

const trustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
};

describe("loadTrustRoles", () => {
  it("reads one template", async () => {
    const template = {
      Resources: {
        Reader: { Type: "AWS::IAM::Role", Properties: { RoleName: "Reader", AssumeRolePolicyDocument: trustPolicy } },
      },
    };
    await writeFile(join(cwd, "template.json"), JSON.stringify(template, null, 1));
    const { roles, files } = await loadTrustRoles(["template.json"], { cwd });
    expect(files).toEqual(["template.json"]);
    expect(roles).toMatchObject([
      {
        arn: "arn:aws:iam::${AWS.AccountId}:role/Reader",
        trustPolicy,
        location: { file: "template.json", line: 3, path: "Reader" },
      },
    ]);
  });
});
