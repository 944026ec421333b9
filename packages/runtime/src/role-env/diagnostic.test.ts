import { expect, it } from "vitest";
import { formatDiagnostic } from "./diagnostic.ts";

const mistake = { message: "is missing", fix: "add it" };

it.each([
  [{}, "is missing; add it"],
  [{ file: "a.yaml" }, "a.yaml: is missing; add it"],
  [{ file: "a.yaml", line: 3 }, "a.yaml:3: is missing; add it"],
  [{ file: "a.yaml", line: 3, column: 7, path: "roles[0]" }, "a.yaml:3:7: roles[0]: is missing; add it"],
  [{ path: "AWS_ROLE_1" }, "AWS_ROLE_1: is missing; add it"],
  [{ file: "a.yaml", path: "" }, "a.yaml: is missing; add it"],
])("writes the place %j before the message", (place, text) => {
  expect(formatDiagnostic({ ...place, ...mistake })).toBe(text);
});
