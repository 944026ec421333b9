import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  calls,
  decide,
  KINDS,
  otherStatements,
  policies,
  trustStatements,
  withLists,
} from "../policy-arbitraries.test-helper.ts";

const kinds = fc.constantFrom(...KINDS);
const positions = fc.nat({ max: 100 });

describe("evaluateAssumeRole", () => {
  it("meets every decision in these tests, so that they say something", () => {
    const seen = fc
      .sample(fc.tuple(calls, policies), { numRuns: 500, seed: 1 })
      .map(([call, each]) => decide(call, each));
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
  });

  it("never widens when a Deny is added", () => {
    const denies = fc.tuple(trustStatements, otherStatements);
    fc.assert(
      fc.property(calls, policies, kinds, denies, positions, (call, each, kind, [trustDeny, otherDeny], at) => {
        const base = kind === "trust" || kind === "rcp" ? { ...trustDeny } : { ...otherDeny };
        const deny = kind === "rcp" ? { ...base, Principal: "*", Resource: "*" } : base;
        const more = each[kind].toSpliced(at % (each[kind].length + 1), 0, { ...deny, Effect: "Deny" });
        expect(decide(call, { ...each, [kind]: more })).toBeLessThanOrEqual(decide(call, each));
      }),
      { numRuns: 1000 },
    );
  });

  it("never widens when an Allow is removed", () => {
    fc.assert(
      fc.property(calls, policies, kinds, positions, (call, each, kind, at) => {
        const allows = each[kind].flatMap(({ Effect: effect }, i) => (effect === "Allow" ? [i] : []));
        fc.pre(allows.length > 0);
        const fewer = each[kind].toSpliced(allows[at % allows.length] ?? 0, 1);
        expect(decide(call, { ...each, [kind]: fewer })).toBeLessThanOrEqual(decide(call, each));
      }),
      { numRuns: 1000 },
    );
  });

  it("does not mind the order of statements", () => {
    fc.assert(
      fc.property(calls, policies, kinds, positions, (call, each, kind, at) => {
        const turn = at % (each[kind].length + 1);
        const turned = [...each[kind].slice(turn), ...each[kind].slice(0, turn)].toReversed();
        expect(decide(call, { ...each, [kind]: turned })).toBe(decide(call, each));
      }),
      { numRuns: 1000 },
    );
  });

  it("takes a text for a list of one, wherever AWS does", () => {
    fc.assert(
      fc.property(calls, policies, kinds, (call, each, kind) => {
        expect(decide(call, { ...each, [kind]: each[kind].map(withLists) })).toBe(decide(call, each));
      }),
      { numRuns: 1000 },
    );
  });
});
