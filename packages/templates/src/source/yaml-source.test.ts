import { expect, it } from "vitest";
import { formatDiagnostic } from "@agent-roles/runtime/role-env";
import { readYaml, type YamlSource } from "./yaml-source.ts";

function problems(text: string): string[] {
  const source = readYaml(text, "m.yaml");
  return "errors" in source ? source.errors.map(formatDiagnostic) : [];
}

function read(text: string): YamlSource {
  const source = readYaml(text, "m.yaml");
  if ("errors" in source) throw new Error(problems(text).join("\n"));
  return source;
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

it("reports each duplicate key of a large map", () => {
  const keys = Array.from({ length: 5000 }, (_, i) => `k${i}: 1`);
  expect(problems([...keys, "k7: 2", "k9: 2"].join("\n"))).toEqual([
    'm.yaml:5001:1: duplicate key "k7"; keep one of them',
    'm.yaml:5002:1: duplicate key "k9"; keep one of them',
  ]);
});

it("refuses aliases that multiply", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${"*l".concat(String(level), ",").repeat(9)}]`,
  );
  expect(problems(`l0: &l0 [x]\n${levels.join("\n")}\n`)).toEqual([expect.stringContaining("use fewer aliases")]);
});

it("reads an anchor that thousands of roles merge", () => {
  const roles = Array.from({ length: 5000 }, (_, index) => `  - { <<: *common, profile: p${index} }`);
  const { value } = read(`x: &common { tags: { a: b } }\nroles:\n${roles.join("\n")}\n`);
  expect(value).toMatchObject({ roles: { 4999: { tags: { a: "b" }, profile: "p4999" } } });
});

it("reads a key as it is written", () => {
  const { value } = read("{ Null: a, true: b, 0123: c, 2026-11-27: d, 'No': e, ~: f }");
  expect(value).toEqual({ Null: "a", true: "b", "0123": "c", "2026-11-27": "d", No: "e", "~": "f" });
});

it("places keys and values, and what is missing at its parent", () => {
  const source = read('roles:\r\n  - name: "a"\r\n    tags: { x: 1 }\r\n');
  expect(source.place(["roles", 0, "name"], "value")).toEqual({ line: 2, column: 11 });
  expect(source.place(["roles", 0, "name"], "key")).toEqual({ line: 2, column: 5 });
  expect(source.place(["roles", 0, "tags", "x"], "value")).toEqual({ line: 3, column: 16 });
  expect(source.place(["roles", 0, "absent"], "value")).toEqual({ line: 2, column: 5 });
  expect(source.place([], "value")).toEqual({ line: 1, column: 1 });
});

it("keeps a scalar as it is written", () => {
  expect(read("a: 012345678901\n").written(["a"])).toBe("012345678901");
});

it("merges the fields of a YAML anchor", () => {
  expect(read("a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n").value).toMatchObject({ b: { x: 1, y: 2 } });
});
