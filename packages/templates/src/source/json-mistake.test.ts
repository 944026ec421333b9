import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonMistake } from "./json-mistake.ts";

it.each<[string, number, number, string]>([
  ['{\n "a": [1,\n}', 3, 1, 'expected a value, found "}"'],
  ["{", 1, 2, "expected a key or }, found the end of the file"],
  ['{"a" 1}', 1, 6, 'expected :, found "1"'],
  ['{"a":1,}', 1, 8, 'expected a key, found "}"'],
  ['{"a":1 "b":2}', 1, 8, 'expected , or }, found "\\""'],
  ["[1 2]", 1, 4, 'expected , or ], found "2"'],
  ["[}", 1, 2, 'expected a value or ], found "}"'],
  ["{]", 1, 2, 'expected a key or }, found "]"'],
  ["{} x", 1, 4, 'expected the end, found "x"'],
  ['{"a": nul}', 1, 7, 'expected a value, found "n"'],
  ['["\n"]', 1, 2, 'expected a value or ], found "\\""'],
  ["[01]", 1, 3, 'expected , or ], found "1"'],
])("finds the mistake of %j", (text, line, column, message) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(jsonMistake(text)).toEqual({ line, column, message });
});

it("finds one in whatever JSON.parse refuses, and none before a text that it takes ends", () => {
  const jsonish = fc.string({
    unit: fc.constantFrom("{", "}", "[", "]", ":", ",", '"', "1", "-", ".", "e", " ", "\n", "x", "true", '"a"', "null"),
  });
  fc.assert(
    fc.property(fc.oneof(jsonish, fc.json()), (text) => {
      const { message } = jsonMistake(text);
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(message === "expected the end, found the end of the file").toBe(isJson);
    }),
    { numRuns: 5000 },
  );
});
