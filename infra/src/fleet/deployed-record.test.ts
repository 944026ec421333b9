import { expect, it } from "vitest";
import { formatRecord, parseRecord } from "./deployed-record.ts";

const stacks = (count: number, prefix = "") =>
  Array.from({ length: count }, (_, index) => {
    const account = String(100_000_000_001 + index);
    return { account, stack: `${prefix}agent-roles-${account}` };
  });

it("keeps 5000 accounts in parameters of the standard size", () => {
  const values = formatRecord(stacks(5000));
  expect(Math.max(...values.map((value) => value.length))).toBeLessThanOrEqual(4096);
  expect(values.flatMap((value) => parseRecord(value, ""))).toEqual(stacks(5000));
});

it("keeps second stacks and the prefix of the names", () => {
  const all = [...stacks(1, "dev-"), { account: "100000000001", stack: "dev-agent-roles-100000000001-2" }];
  const [value = ""] = formatRecord(all);
  expect(value).toBe("100000000001,100000000001-2");
  expect(parseRecord(value, "dev-")).toEqual(all);
});

it("keeps a stack once that is recorded and deployed again", () => {
  expect(formatRecord([...stacks(2), ...stacks(1)])).toEqual(["100000000001,100000000002"]);
});

it("has no parameter when nothing is deployed", () => {
  expect(formatRecord([])).toEqual([]);
});

it.each(["", "x", "12345678901", "1234567890123", "123456789012-", "123456789012-x"])(
  "passes over an entry that others wrote: %s",
  (entry) => {
    expect(parseRecord(`${entry}, 123456789013`, "")).toEqual([
      { account: "123456789013", stack: "agent-roles-123456789013" },
    ]);
  },
);
