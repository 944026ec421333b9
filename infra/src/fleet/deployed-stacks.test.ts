import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { noteDeployedStacks, readDeployedStacks } from "./deployed-stacks.ts";
import { orphanedStacks } from "./fleet.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "fleet-"));
});
afterEach(() => rm(directory, { recursive: true }));

const left = { account: "123456789099", stack: "agent-roles-123456789099" };

it("lists the deployed stacks whose account left the manifest, until they are destroyed", async () => {
  const kept = { account: "123456789013", stack: "agent-roles-123456789013" };
  const failed = { account: "123456789098", stack: "agent-roles-123456789098" };
  const results = [
    { ...left, status: "deployed" as const },
    { ...kept, status: "unchanged" as const },
    { ...failed, status: "failed" as const },
  ];
  await noteDeployedStacks(directory, results, false);
  const options = { region: "us-east-1", directory };
  expect(await orphanedStacks(exampleManifest(), options)).toEqual([left]);
  await noteDeployedStacks(directory, [{ ...left, status: "destroyed" }], true);
  expect(await orphanedStacks(exampleManifest(), options)).toEqual([]);
});

it.each(["", "{", "[1, {}]", '{"a": 1}'])("knows no stacks when the file has %j", async (text) => {
  await writeFile(join(directory, "agent-roles-stacks.json"), text);
  expect(await readDeployedStacks(directory)).toEqual([]);
});
