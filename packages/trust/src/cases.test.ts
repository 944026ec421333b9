import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluateAssumeRole, type AssumeRoleRequest, type Decision } from "./index.ts";
import { mergePatch } from "./merge-patch.test-helper.ts";

/** One request with its answer. Facts are numbered as in cases/README.md. */
interface Case {
  readonly name: string;
  readonly fact: readonly (number | "actions")[];
  /** The request, unless it is the file's base with a change. */
  readonly request?: AssumeRoleRequest;
  readonly change?: object;
  readonly expect: Decision;
  /** Part of a message that the answer must give. */
  readonly reason?: string;
}

const ROOT = join(import.meta.dirname, "cases");
const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));

type ReadCase = Omit<Case, "request" | "change"> & { readonly request: AssumeRoleRequest };

function readCases(file: string): readonly ReadCase[] {
  const { base, cases }: { base: AssumeRoleRequest; cases: readonly Case[] } = JSON.parse(
    readFileSync(join(ROOT, file), "utf8"),
  );
  return cases.map(({ request, change = {}, ...each }) => ({
    ...each,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the cases are ours
    request: request ?? (mergePatch(base, change) as AssumeRoleRequest),
  }));
}

describe.each(files.toSorted())("%s", (file) => {
  it.each(readCases(file).map((each) => [each.name, each] as const))("%s", (_name, each) => {
    const answer = evaluateAssumeRole(each.request);
    expect(answer).toEqual(expect.objectContaining({ decision: each.expect }));
    expect(answer.reasons[0]?.effect).toBe(each.expect);
    const telling = answer.reasons.filter(({ effect }) => effect === each.expect).map(({ message }) => message);
    expect(telling.join("\n")).toContain(each.reason ?? "");
  });
});

describe("the cases", () => {
  const cases = files.flatMap(readCases);
  // Fact 9 is about the session policy that a call passes: it narrows the new session and is not part of the request.
  const numbers = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    "actions",
  ] as const;

  it.each(numbers)("of fact %s have one that is allowed and one that is not", (fact) => {
    const decisions = cases.filter((each) => each.fact.includes(fact)).map((each) => each.expect === "allowed");
    expect(new Set(decisions)).toEqual(new Set([true, false]));
  });

  it("are about facts that are listed, and are many", () => {
    const known = new Set<Case["fact"][number]>(numbers);
    expect(cases.filter(({ fact }) => fact.length === 0 || !fact.every((each) => known.has(each)))).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(250);
  });

  it("have names of their own within a file", () => {
    for (const file of files) {
      const names = readCases(file).map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
    }
  });
});
