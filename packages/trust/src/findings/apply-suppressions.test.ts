import { expect, it } from "vitest";
import { applySuppressions, type Finding, proveExpectations, rules } from "../index.ts";

function finding(id: string, role: string): Finding {
  return { id, role, severity: "high", message: "m", fix: "f", location: { file: "t.json" } };
}

const first = finding("self-assume", "arn:aws:iam::123456789012:role/a/First");
const second = finding("self-assume", "arn:aws:iam::123456789012:role/b/Second");

it("takes out what is accepted, with the reason, and keeps the rest", () => {
  const accepted = { id: "self-assume", role: "*:role/a/*", reason: "renews itself on purpose" };
  expect(applySuppressions([first, second], [accepted])).toEqual({
    findings: [second],
    suppressed: [{ finding: first, reason: "renews itself on purpose" }],
    unused: [],
    unknown: [],
  });
});

it("means every role when none is named", () => {
  expect(applySuppressions([first, second], [{ id: "self-assume", reason: "r" }]).findings).toEqual([]);
});

it("takes out only the message that was accepted", () => {
  const known = { ...first, message: "trusts account 123456789014" };
  const other = { ...first, message: "trusts account 123456789015" };
  const accepted = { id: "self-assume", message: "123456789014", reason: "a partner" };
  expect(applySuppressions([known, other], [accepted]).findings).toEqual([other]);
  const reworded = { ...accepted, message: "123456789016" };
  expect(applySuppressions([known, other], [reworded])).toMatchObject({ findings: [known, other], unused: [reworded] });
});

it("reports suppressions that match no finding, and IDs that no rule has", () => {
  const gone = { id: "assume-cycle", reason: "was so" };
  const misspelt = { id: "self-asume", reason: "typo" };
  const { findings, unused, unknown } = applySuppressions([first], [gone, misspelt]);
  expect(findings).toEqual([first]);
  expect(unused).toEqual([gone, misspelt]);
  expect(unknown).toEqual([{ ...misspelt, why: "no finding has the ID self-asume" }]);
});

it("takes out an expectation that does not hold, when that is accepted", () => {
  const [broken] = proveExpectations([{ from: "*", to: "*", decision: "denied" }], []);
  const accepted = { id: "expectation", reason: "until the roles are there" };
  expect(broken?.finding).toBeDefined();
  expect(applySuppressions(broken?.finding ? [broken.finding] : [], [accepted])).toMatchObject({
    findings: [],
    suppressed: [{ reason: accepted.reason }],
    unknown: [],
  });
});

it("says why what CloudFormation rejects cannot be accepted", () => {
  const { unknown } = applySuppressions([], [{ id: "template", reason: "r" }]);
  expect(unknown).toMatchObject([{ id: "template", why: expect.stringContaining("correct the template") }]);
});

it("knows the id of every finding", () => {
  const { unknown } = applySuppressions(
    [],
    rules.map(({ id }) => ({ id, reason: "r" })),
  );
  expect(unknown).toEqual([]);
});

it("takes no suppression without a reason", () => {
  expect(applySuppressions([first], [{ id: "self-assume", reason: " " }]).findings).toEqual([first]);
});
