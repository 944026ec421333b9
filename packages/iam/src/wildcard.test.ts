import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesWildcard } from "./wildcard.ts";

function asRegExp(wildcard: string): RegExp {
  return new RegExp(`^${wildcard.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

describe("matchesWildcard", () => {
  it("agrees with a regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "/", "."), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "/", ".", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (wildcard, candidate) => {
        expect(matchesWildcard(wildcard, candidate)).toBe(asRegExp(wildcard).test(candidate));
      }),
      { numRuns: 3000 },
    );
  });

  it("takes a symbol literally where it came out of a variable", () => {
    const pattern = { text: "a*?*", literals: new Set([1, 2]) };
    expect(matchesWildcard(pattern, "a*?bc")).toBe(true);
    expect(matchesWildcard(pattern, "a*xbc")).toBe(false);
    expect(matchesWildcard({ text: "a*", literals: new Set([1]) }, "a")).toBe(false);
  });

  it("stays quick on a pattern that would make a regular expression explode", () => {
    expect(matchesWildcard("*a".repeat(200), `${"a".repeat(20_000)}b`)).toBe(false);
  });
});
