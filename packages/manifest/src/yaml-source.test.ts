import { expect, it } from "vitest";
import { ManifestError } from "./manifest-error.ts";
import { readYaml } from "./yaml-source.ts";

function problems(text: string): string[] {
  try {
    readYaml(text, "m.yaml");
  } catch (error) {
    if (error instanceof ManifestError && error.code === "InvalidYaml") return error.message.split("\n");
    throw error;
  }
  throw new Error("the YAML was accepted");
}

it("reports every syntax error with its place", () => {
  const lines = problems("a: [1\nb: 2\nb: 3\nc: *nowhere\n");
  expect(lines.map((line) => /^m\.yaml:\d+:\d+: /.exec(line)?.[0])).toEqual([
    "m.yaml:2:1: ",
    "m.yaml:3:1: ",
    "m.yaml:4:4: ",
  ]);
  expect(lines[1]).toContain("keep one of them");
  expect(lines[2]).toContain("*nowhere has no anchor before it");
});

it.each([
  ["a key that is a list", "? [1, 2]\n: 3\n"],
  ["an unknown tag, as CloudFormation's", "a: !Ref b\n"],
  ["a second document", "a: 1\n---\nb: 2\n"],
  ["a tab as indentation", "a:\n\tb: 1\n"],
])("refuses %s", (_, text) => {
  expect(problems(text)).not.toHaveLength(0);
});

it("refuses aliases that multiply", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${"*l".concat(String(level), ",").repeat(9)}]`,
  );
  expect(problems(`l0: &l0 [x]\n${levels.join("\n")}\n`)).toEqual([expect.stringContaining("use fewer aliases")]);
});

it("places keys and values, and what is missing at its parent", () => {
  const source = readYaml('roles:\r\n  - name: "a"\r\n    tags: { x: 1 }\r\n', "m.yaml");
  expect(source.place({ path: ["roles", 0, "name"], at: "value" })).toEqual({ line: 2, column: 11 });
  expect(source.place({ path: ["roles", 0, "name"], at: "key" })).toEqual({ line: 2, column: 5 });
  expect(source.place({ path: ["roles", 0, "tags", "x"], at: "value" })).toEqual({ line: 3, column: 16 });
  expect(source.place({ path: ["roles", 0, "absent"], at: "value" })).toEqual({ line: 2, column: 5 });
  expect(source.place({ path: [], at: "value" })).toEqual({ line: 1, column: 1 });
});

it("keeps a scalar as it is written", () => {
  expect(readYaml("a: 012345678901\n", "m.yaml").written(["a"])).toBe("012345678901");
});

it("merges anchored fields", () => {
  expect(readYaml("a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n", "m.yaml").value).toMatchObject({ b: { x: 1, y: 2 } });
});
