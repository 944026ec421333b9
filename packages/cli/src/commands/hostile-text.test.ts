import { afterEach, beforeEach, expect, it } from "vitest";
import { COMMANDS } from "../run-cli.ts";
import {
  assembly,
  BY_MASTER,
  cli,
  manifestText,
  SECOND,
  type TrustFiles,
  trustFiles,
} from "./trust-files.test-helper.ts";

const HOSTILE =
  "\u001b[2J\u202e\r\n\nNo findings\n::set-env name=A::b\n##vso[task.setvariable variable=A]b ##[stop-commands]c";

let files: TrustFiles;
let common: string[];
beforeEach(async () => {
  files = await trustFiles();
  const statement = {
    Sid: HOSTILE,
    Effect: "Allow",
    Principal: { AWS: "999999999999" },
    Action: ["sts:AssumeRole", "##vso[task.complete]"],
    Condition: { StringEquals: { "aws:PrincipalTag/team": HOSTILE } },
  };
  const path = await assembly(files, "cdk.out", BY_MASTER, statement);
  common = [path, "--manifest", await files.write("agent-roles.yaml", manifestText())];
});
afterEach(() => files.remove());

/** The commands that CI systems find in a log: `##…[` anywhere, `::` at the start of a line. */
const CI_COMMAND = /##\w*\[|^\s*::(?!(?:error|warning|notice) (?:file|title)=)/m;

it.each([
  ["check"],
  ["check", "--format", "markdown"],
  ["check", "--format", "github"],
  ["explain", "--from", "arn:aws:iam::999999999999:role/other", "--to", SECOND],
  ["graph", "--format", "mermaid"],
  ["graph", "--format", "dot"],
  ["graph", "--format", "svg"],
])("text of a template controls no terminal and no CI system in the output of %j", async (command, ...argv) => {
  const { out } = await cli([command, ...common, ...argv]);
  expect(out).toMatch(/u001b|001b/);
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(out).not.toMatch(/^No findings/m);
  expect(out).not.toMatch(CI_COMMAND);
});

it.each([
  ["check", "--format", "json"],
  ["check", "--format", "sarif"],
  ["check", "--format", "junit"],
  ["explain", "--from", "arn:aws:iam::999999999999:role/other", "--to", SECOND, "--json"],
])("text of a template runs no command of a CI system in the output of %j", async (command, ...argv) => {
  const { out } = await cli([command, ...common, ...argv]);
  expect(out).toContain("u0023#vso[");
  expect(out).not.toMatch(CI_COMMAND);
});

it.each([
  ["the name of a file", ["check", "##vso[task.complete].yaml"]],
  ["an option", ["check", "--fail-on", "##[error]"]],
  ["an argument", ["##vso[task.complete]"]],
  ["a role", ["explain", "--from", "##teamcity[x]", "--to", "##[y]"]],
])("%s runs no command of a CI system in an error message", async (_, argv) => {
  const { code, err } = await cli(argv[0] === "explain" ? [...argv, ...common] : argv);
  expect(code).toBe(2);
  expect(err).not.toMatch(CI_COMMAND);
  expect(err).toMatch(/u0023#|u003a:/);
});

it("a description runs no command of a CI system in the output of list, and keeps its value in JSON", async () => {
  const description = "##vso[task.setvariable variable=A]b";
  const env = await files.write(
    "roles.env",
    `AWS_ROLE_1=arn:aws:iam::123456789012:role/One:One\nAWS_ROLE_1_DESCRIPTION="${description}"\n`,
  );
  const { out } = await cli(["list", "--json", "--env-file", env]);
  expect(out).not.toMatch(CI_COMMAND);
  expect(JSON.parse(out)).toMatchObject([{ description }]);
});

it.each(Object.keys(COMMANDS))(
  "an option of %s runs no command of a CI system in its error message",
  async (command) => {
    const { code, err } = await cli([command, "--##vso[task.complete]", "::stop-commands::x\u001b[2J"]);
    expect(code).toBe(2);
    expect(err).toContain("u0023#vso[");
    expect(err).not.toMatch(CI_COMMAND);
  },
);
