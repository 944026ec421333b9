import fc from "fast-check";
import { expect, it } from "vitest";
import { readJson } from "./read-json.ts";

const mistakeOf = (text: string): object | undefined => {
  const read = readJson(text, "f");
  return "errors" in read ? read.errors[0] : undefined;
};

it.each<[string, number, number, string]>([
  ['{\n "a": [1,\n}', 3, 1, 'there is a comma before "}"'],
  ['{"a":1,\n\n  }', 3, 3, 'there is a comma before "}"'],
  ["[1,]", 1, 4, 'there is a comma before "]"'],
  ["{", 1, 2, "expected }, found the end of the file"],
  ['{"a" 1}', 1, 6, 'expected a colon, found "1"'],
  ['{"a":1 "b":2}', 1, 8, 'expected a comma, found "\\""'],
  ["[1 2]", 1, 4, 'expected a comma, found "2"'],
  ["{]", 1, 2, 'expected a key in double quotes, found "]"'],
  ["{'a': 1}", 1, 2, 'invalid symbol at "\'"'],
  ["{} x", 1, 4, 'invalid symbol at "x"'],
  ['{\n// why\n"a": 1}', 2, 1, "it has a comment"],
  ["/* why */ {}", 1, 1, "it has a comment"],
  ['{"a": "\\x"}', 1, 7, 'invalid escape character at "\\""'],
])("finds the mistake of %j", (text, line, column, message) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(mistakeOf(text)).toMatchObject({ file: "f", line, column, message: `it is not JSON: ${message}` });
});

it("finds one in whatever JSON.parse refuses, and none in what it takes", () => {
  const jsonish = fc.string({
    unit: fc.constantFrom("{", "}", "[", "]", ":", ",", '"', "1", "-", ".", "e", " ", "\n", "x", "true", '"a"', "null"),
  });
  fc.assert(
    fc.property(fc.oneof(jsonish, fc.json({ maxDepth: 5 })), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(mistakeOf(text) === undefined).toBe(isJson);
    }),
    { numRuns: 5000 },
  );
});

it.each([
  [String.raw`{"a\"": 1, "a\"": 2}`, String.raw`Duplicate key "a"": only the last value would be used`],
  ['{"a": {"b": 1}, "c": {"b" :\n1, "b": 2}}', 'Duplicate key "b": only the last value would be used'],
  [String.raw`{"a": "\"b\": 1, \\", "b": "c\":", "c": ["x", "y"]}`, undefined],
])("finds the key that is twice in %j, and no other", (text, message) => {
  const read = readJson(text, "f");
  const warnings = "errors" in read ? [] : read.warnings.map((each) => each.message);
  expect(warnings).toEqual(message === undefined ? [] : [message]);
});
