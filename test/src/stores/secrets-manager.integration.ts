import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { secretsManagerStore } from "@agent-roles/runtime/secrets-manager";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanEnv } from "../harness/clean-env.ts";
import { entries, PROFILES } from "./entries.ts";
import { interruptWriter } from "./killable.ts";

let sandbox: Sandbox;
let client: SecretsManagerClient;
beforeAll(async () => {
  sandbox = await startSandbox();
  client = new SecretsManagerClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.admin() });
});
afterAll(async () => {
  client?.destroy();
  await sandbox?.close();
});

/** What a reader that knows nothing of us gets. */
async function read(SecretId: string, VersionStage = "AWSCURRENT"): Promise<Record<string, Record<string, unknown>>> {
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  return JSON.parse(SecretString);
}

async function versions(SecretId: string): Promise<number> {
  return (
    (await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }))).Versions?.length ?? 0
  );
}

const keys = (secret: Record<string, Record<string, unknown>>): unknown[] =>
  Object.entries(secret).map(([profile, value]) => [profile, value["AccessKeyId"]]);

it("one secret for all is made, edited and kept in versions; the same again makes none", async () => {
  const store = secretsManagerStore({ client, secretId: "all", tags: { team: "data" } });
  const [first, second] = [entries(1), entries(2)];
  expect(await store.put(first)).toEqual([]);
  expect(keys(await read("all"))).toEqual(PROFILES.map((profile) => [profile, "ASIA1EXAMPLE"]));
  await store.put(second.slice(0, 1));
  await store.put(second.slice(0, 1));
  expect(keys(await read("all"))).toEqual([
    ["First", "ASIA2EXAMPLE"],
    ["Second", "ASIA1EXAMPLE"],
    ["Third", "ASIA1EXAMPLE"],
  ]);
  expect(keys(await read("all", "AWSPREVIOUS"))).toEqual(PROFILES.map((profile) => [profile, "ASIA1EXAMPLE"]));
  expect(await versions("all")).toBe(2);
  await store.remove(["Second"]);
  expect(Object.keys(await read("all"))).toEqual(["First", "Third"]);
  expect((await client.send(new DescribeSecretCommand({ SecretId: "all" }))).Tags).toEqual([
    { Key: "team", Value: "data" },
  ]);
});

it("a secret for each profile holds what credential_process prints, and is deleted with its role", async () => {
  const store = secretsManagerStore({ client, prefix: "agents" });
  expect(await store.put(entries(1))).toEqual([]);
  expect(await read("agents/First")).toMatchObject({ Version: 1, AccessKeyId: "ASIA1EXAMPLE", Region: "eu-west-1" });
  await store.remove(["First"]);
  await expect(read("agents/First")).rejects.toThrow("can't find");
  await store.put(entries(2));
  expect(await read("agents/First")).toMatchObject({ AccessKeyId: "ASIA2EXAMPLE" });
});

it("writers that come at once make one secret and lose nothing of each other", async () => {
  const names = Array.from({ length: 6 }, (_, index) => `Role${index}`);
  await Promise.all(names.map((name) => secretsManagerStore({ client, secretId: "crowd" }).put(entries(1, [name]))));
  expect(Object.keys(await read("crowd")).toSorted()).toEqual(names);
});

it("reports a secret with a pending deletion with its fix", async () => {
  await secretsManagerStore({ client, secretId: "leaving" }).put(entries(1));
  await client.send(new DeleteSecretCommand({ SecretId: "leaving" }));
  await expect(secretsManagerStore({ client, secretId: "leaving" }).put(entries(2))).rejects.toMatchObject({
    code: "StoreFailed",
    fix: expect.stringContaining("restore-secret --secret-id leaving"),
  });
});

it("a writer that is killed leaves a whole secret, and the next one goes on", async () => {
  const env = { ...cleanEnv("/nonexistent"), ...sandbox.env() };
  for (let round = 1; round <= 10; round += 1) {
    await interruptWriter({ firstSerial: round * 1_000, places: ["secret:killed"], env });
    const values = Object.values(await read("killed"));
    expect(values).toHaveLength(PROFILES.length);
    expect(new Set(values.map((value) => value["AccessKeyId"])).size).toBe(1);
  }
});
