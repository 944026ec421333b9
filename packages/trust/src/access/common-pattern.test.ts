import fc from "fast-check";
import { expect, it } from "vitest";
import { matchesWildcard } from "@agent-roles/iam";
import { commonPattern, commonPatterns } from "./common-pattern.ts";

it.each([
  ["ci-*", "*-deploy", "ci-*-deploy"],
  ["project_path:my-group/*", "*:ref:main", "project_path:my-group/*:ref:main"],
  ["a?c", "ab*", "abc"],
  ["*", "x", "x"],
  ["x", "x", "x"],
  ["ci-*", "cd-*", undefined],
  ["a", "ab", undefined],
])("of %s and %s is %s", (a, b, pattern) => {
  expect(commonPattern(a, b)).toBe(pattern);
  expect(commonPattern(b, a)).toBe(pattern);
});

it("matches both, wherever there is one", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(glob, glob, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }), (a, b, text) => {
      const pattern = commonPattern(a, b);
      const example = pattern?.replaceAll(/[*?]/g, "a") ?? text;
      const isBoth = matchesWildcard(a, example) && matchesWildcard(b, example);
      expect(isBoth).toBe(pattern !== undefined);
    }),
  );
});

it("gives each common pattern of two lists once", () => {
  expect(commonPatterns([["ci-*", "cd"], ["*-deploy", "*"], ["cd-*"]])).toEqual(["ci-*-deploy", "cd-*-deploy"]);
});
