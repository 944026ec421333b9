import { expect, it } from "vitest";
import { exampleManifest } from "./example.test-helper.ts";
import { type StackContent, stackContents } from "./stack-contents.ts";

const ACCOUNT = "100000000002";
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

function contents(roles: readonly number[], account = ACCOUNT, bytes = 4000): readonly StackContent[] {
  const manifest = exampleManifest({
    roles: roles.map((n) => {
      const Resource = `arn:aws:s3:::${"x".repeat(bytes)}/*`;
      const statements = [{ Effect: "Allow", Action: "s3:GetObject", Resource }];
      return { profile: `p${n}`, account, roleName: `R${n}`, statements };
    }),
  });
  return stackContents(manifest).filter((each) => each.account === account);
}

/** Number of the stack by role. */
function places(stacks: readonly StackContent[]): Map<string, number> {
  return new Map(stacks.flatMap(({ number, targets }) => targets.map(({ role }) => [role.roleName, number] as const)));
}

it.each([
  ["the first role is removed", numbers(1, 30)],
  ["a role is added at the top", [500, ...numbers(0, 30)]],
  ["the roles are in another order", numbers(0, 30).toReversed()],
])("a role keeps its stack when %s", (_, changed) => {
  const before = places(contents(numbers(0, 30)));
  expect(new Set(before.values()).size).toBeGreaterThan(2);
  for (const [role, stack] of places(contents(changed))) expect(before.get(role) ?? stack, role).toBe(stack);
});

it("a role moves only to a stack that is added", () => {
  const before = places(contents(numbers(0, 30)));
  const after = places(contents(numbers(0, 60)));
  const last = Math.max(...before.values());
  for (const [role, stack] of before) expect([stack, ...numbers(last + 1, 100)], role).toContain(after.get(role));
});

it("has no stack without a role", () => {
  for (const { targets } of contents(numbers(0, 12), ACCOUNT, 20_000)) expect(targets).not.toEqual([]);
});

it("puts the master role alone into the first of several stacks", () => {
  const [first, ...others] = contents(numbers(0, 30), "123456789012");
  expect(first).toMatchObject({ number: 1, hasMaster: true, targets: [] });
  expect(others.flatMap(({ targets }) => targets)).toHaveLength(30);
});

it("divides roles of which one is larger than a template", () => {
  expect(places(contents(numbers(0, 3), ACCOUNT, 60_000)).size).toBe(3);
});
