import { afterEach, beforeEach, expect, it } from "vitest";
import {
  assembly,
  BY_MASTER,
  cli,
  manifestText,
  SECOND,
  type TrustFiles,
  trustFiles,
} from "./trust-files.test-helper.ts";

const HOSTILE = "\u001b[2J\u202e\r\n\nNo findings";

let files: TrustFiles;
let common: string[];
beforeEach(async () => {
  files = await trustFiles();
  const statement = {
    Sid: HOSTILE,
    Effect: "Allow",
    Principal: { AWS: "999999999999" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:PrincipalTag/team": HOSTILE } },
  };
  const path = await assembly(files, "cdk.out", BY_MASTER, statement);
  common = [path, "--manifest", await files.write("agent-roles.yaml", manifestText())];
});
afterEach(() => files.remove());

it.each([
  ["check"],
  ["check", "--format", "markdown"],
  ["check", "--format", "github"],
  ["explain", "--from", "arn:aws:iam::999999999999:role/other", "--to", SECOND],
  ["graph", "--format", "mermaid"],
  ["graph", "--format", "dot"],
  ["graph", "--format", "svg"],
])("nothing that a template says steers what shows %j", async (command, ...argv) => {
  const { out } = await cli([command, ...common, ...argv]);
  expect(out).toMatch(/u\{1b\}|#123;1b#125;/);
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(out).not.toMatch(/^No findings/m);
});
