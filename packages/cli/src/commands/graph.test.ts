import { afterEach, beforeEach, expect, it } from "vitest";
import {
  assembly,
  BY_ANYONE,
  BY_MASTER,
  cli,
  manifestText,
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
