import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadExpectations } from "./load-expectations.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-expect-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(directory, "expect.yaml");
  await writeFile(path, text);
  return path;
}

it("reads YAML and JSON alike, and gives the place of each", async () => {
  const expectation = { from: "*", to: "arn:aws:iam::*:role/x", with: { externalId: "ab" }, decision: "denied" };
  const path = await file(
    'expect:\n  - { from: "*", to: "arn:aws:iam::*:role/x", with: { externalId: ab }, decision: denied }\n',
  );
  const located = [{ expectation, location: { file: path, line: 2, path: "expect[0]" } }];
  expect(await loadExpectations(path)).toEqual(located);
  expect(
    await loadExpectations(await file(JSON.stringify({ expect: [expectation] }, null, "\t").replace("[\n", "["))),
  ).toEqual(located);
});

it.each([
  ["expect: []", "1:9: expect: is an empty list; list expectations"],
  ["- from: me", "1:1: this list is not valid; write fields: expect"],
  ["expects: []", '1:1: expects: "expects" is unknown; did you mean "expect"?'],
  ['expect:\n  - { from: me, to: "*", decision: denied }', '2:13: expect[0].from: "me" is not valid; write "*"'],
  ['expect:\n  - { from: "*", to: "*" }', "2:5: expect[0].decision: is missing; use allowed or denied"],
  [
    'expect:\n  - { from: outside-organization, to: "*", decision: denied }',
    '2:13: expect[0].from: "outside-organization" needs an organization',
  ],
  ["expect: [", "1:10: "],
])("says of %j where it is wrong, and the fix", async (text, problem) => {
  const path = await file(text);
  await expect(loadExpectations(path)).rejects.toThrow(`${path}:${problem}`);
});

it("takes outside-organization when the manifest names one", async () => {
  const path = await file('expect:\n  - { from: outside-organization, to: "*", decision: denied }');
  expect(await loadExpectations(path, { organization: "o-a1b2c3d4e5" })).toHaveLength(1);
});

it("names a file that is not there", async () => {
  const missing = join(directory, "missing.json");
  await expect(loadExpectations(missing)).rejects.toMatchObject({ code: "ManifestNotFound" });
});
