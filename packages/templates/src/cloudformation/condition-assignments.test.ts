import { expect, it } from "vitest";
import { forEachConditionAssignment, MOST_ASSIGNMENTS } from "./condition-assignments.ts";

const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

it("looks at every combination when there are few", () => {
  const { results, isComplete } = forEachConditionAssignment((decide) => keys(5).map(decide).join());
  expect(new Set(results).size).toBe(MOST_ASSIGNMENTS);
  expect(isComplete).toBe(true);
});

it.each([6, 100, 1000])("with %d conditions takes each both ways, in not many more runs than there are", (count) => {
  const { results, isComplete } = forEachConditionAssignment((decide) => keys(count).filter((key) => !decide(key)));
  expect(new Set(results.flat()).size).toBe(count);
  expect(results.length).toBeLessThanOrEqual(MOST_ASSIGNMENTS + count);
  expect(isComplete).toBe(false);
});

it("finds conditions that are asked only where others are false", () => {
  const chain = keys(100);
  const { results } = forEachConditionAssignment((decide) => chain.findIndex(decide));
  expect(results).toContain(-1);
});
