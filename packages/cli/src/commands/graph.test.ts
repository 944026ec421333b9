import { afterEach, beforeEach, expect, it } from "vitest";
import {
  assembly,
  BY_ANYONE,
  BY_MASTER,
  cli,
  manifestText,
  SECOND,
  type TrustFiles,
  trustFiles,
} from "./trust-files.test-helper.ts";

let files: TrustFiles;
let argv: string[];
beforeEach(async () => {
  files = await trustFiles();
  const manifest = await files.write("agent-roles.yaml", manifestText());
  argv = ["graph", await assembly(files, "cdk.out", BY_MASTER, BY_ANYONE), "--manifest", manifest];
});
afterEach(() => files.remove());

it.each([
  ["mermaid", "flowchart LR"],
  ["dot", "digraph trust {"],
  ["svg", "<svg "],
])("draws %s with master, target and outsiders", async (format, start) => {
  const { code, out } = await cli([...argv, "--format", format]);
  expect(code).toBe(0);
  expect(out.startsWith(start)).toBe(true);
  for (const word of [
    "agent-master",
    "MySecondRole",
    "MySecondAccount",
    "anyone in the world",
    "lambda.amazonaws.com",
  ]) {
    expect(out).toContain(word);
  }
});

it("ends an unknown format with 2", async () => {
  const { code, err } = await cli([...argv, "--format", "png"]);
  expect(code).toBe(2);
  expect(err).toContain("mermaid, dot, svg");
});

/** A standalone trust policy, drawn as MySecondRole's. */
async function drawPolicy(...statements: readonly object[]): Promise<string> {
  const policy = await files.write("trust.json", { Version: "2012-10-17", Statement: statements });
  const { code, out } = await cli(["graph", policy, "--no-manifest", "--role-arn", SECOND]);
  expect(code).toBe(0);
  return out;
}

const partner = { Effect: "Allow", Principal: { AWS: "999999999999" }, Action: "sts:AssumeRole" };
const everyone = { ...partner, Principal: "*" };

it("draws the role that --role-arn names, and who can assume it", async () => {
  const out = await drawPolicy(partner);
  expect(out).toContain("MySecondRole");
  expect(out).toContain("account 999999999999");
  expect(out).toContain("-->");
});

it.each([
  ["an account that a Deny takes back", [partner, { ...everyone, Effect: "Deny", Action: "sts:*" }]],
  ["an account that can only pass session tags", [{ ...partner, Action: "sts:TagSession" }]],
  ["a statement in lower case, which AWS rejects", [{ effect: "allow", principal: "*", action: "sts:AssumeRole" }]],
  ["an Effect in lower case, which AWS rejects", [{ ...everyone, Effect: "allow" }]],
])("draws no edge for %s", async (_, statements) => {
  expect(await drawPolicy(...statements)).not.toContain("-->");
});

it("draws an organization, not anyone in the world, where a Deny keeps all others out", async () => {
  const outside = { StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } };
  const out = await drawPolicy(everyone, { ...everyone, Effect: "Deny", Condition: outside });
  expect(out).toContain("organization o-a1b2c3d4e5");
  expect(out).not.toContain("anyone in the world");
});
