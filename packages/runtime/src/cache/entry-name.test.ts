import { expect, it } from "vitest";
import { entryName } from "./entry-name.ts";

it("gives keys that hardly differ names of their own", () => {
  const names = new Set<string>();
  for (let index = 0; index < 100_000; index += 1) {
    names.add(entryName(`arn:aws:iam::${100_000_000_000 + index}:role/agent-roles/MyRole`));
  }
  expect(names.size).toBe(100_000);
});

it("is a file's name on every system", () => {
  for (const key of ["", "x", "ä/\\:*?\u0000", "x".repeat(10_000)]) expect(entryName(key)).toMatch(/^[0-9a-f]{16}$/);
});
