import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { settle } from "../../fake-clock.test-helper.ts";
import { credentials, target } from "../../fixtures.test-helper.ts";
import type { StoredCredentials } from "../credential-store.ts";
import { storeContract, type StoreSubject } from "../store-contract.test-helper.ts";
import { awsError, fakeSecrets, type FakeSecrets, givenSecret } from "./fake-secrets.test-helper.ts";
import { secretsManagerStore } from "./secrets-manager-store.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const entry = (profile: string, serial = ""): StoredCredentials => ({
  target: target(profile, { region: "eu-west-1" }),
  credentials: credentials(profile + serial, NOW),
});
const VALUE = {
  Version: 1,
  AccessKeyId: "ASIAFirstEXAMPLE",
  SecretAccessKey: "secret-of-First",
  SessionToken: "token/of+First==",
  Expiration: "2026-01-01T01:00:00.000Z",
  AccountId: "123456789013",
  RoleArn: "arn:aws:iam::123456789013:role/agent-roles/FirstRole",
  Region: "eu-west-1",
};

function keyOf({ credentials: { accessKeyId } }: StoredCredentials): unknown {
  return accessKeyId;
}
function keysIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "AccessKeyId" in value ? value.AccessKeyId : value;
}
const writes = (fake: FakeSecrets): string =>
  String(fake.calls.filter((action) => action !== "GetSecretValue" && action !== "DescribeSecret").length);

storeContract("secretsManagerStore with one secret", async (): Promise<StoreSubject> => {
  const fake = fakeSecrets();
  const read = (): Record<string, unknown> => JSON.parse(fake.text("agents/all") ?? "{}");
  return {
    store: secretsManagerStore({ client: fake.client, secretId: "agents/all" }),
    read: async () => Object.fromEntries(Object.entries(read()).map(([profile, value]) => [profile, keysIn(value)])),
    expected: keyOf,
    version: async () => writes(fake),
    oneWrite: true,
    most: 150,
    addForeign: async (profile) => {
      givenSecret(fake, "agents/all", JSON.stringify({ [profile]: "hunter2" }));
      return async () => read()[profile] === "hunter2";
    },
  };
});

storeContract("secretsManagerStore with a prefix", async (): Promise<StoreSubject> => {
  const fake = fakeSecrets();
  return {
    store: secretsManagerStore({ client: fake.client, prefix: "agents/" }),
    read: async () =>
      Object.fromEntries(
        [...fake.secrets.keys()].map((name) => {
          const text = fake.text(name) ?? "null";
          return [name.replace("agents/", ""), text.startsWith("{") ? keysIn(JSON.parse(text)) : text];
        }),
      ),
    expected: keyOf,
    version: async () => writes(fake),
    oneWrite: false,
    addForeign: async (profile) => {
      givenSecret(fake, `agents/${profile}`, "hunter2");
      return async () => fake.text(`agents/${profile}`) === "hunter2";
    },
  };
});

let fake: FakeSecrets;
beforeEach(() => {
  fake = fakeSecrets();
});
afterEach(() => fake.client.destroy());

const forEach = () =>
  secretsManagerStore({ client: fake.client, prefix: "agents", kmsKeyId: "alias/agents", tags: { team: "data" } });
const forAll = () => secretsManagerStore({ client: fake.client, secretId: "all" });
/** The texts of all versions that a label leads to. */
const labelled = (name: string): (string | undefined)[] =>
  [...(fake.secrets.get(name)?.versions.values() ?? [])].flatMap(({ text, stages }) => (stages.size > 0 ? [text] : []));
const profilesInAll = (): string[] => Object.keys(JSON.parse(fake.text("all") ?? "{}"));

describe("a secret for each profile", () => {
  it("is made with key and tags, and holds what credential_process would print", async () => {
    await forEach().put([entry("First")]);
    expect(JSON.parse(fake.text("agents/First") ?? "")).toEqual(VALUE);
    expect(fake.secrets.get("agents/First")?.input).toMatchObject({
      KmsKeyId: "alias/agents",
      Description: `Credentials of ${VALUE.RoleArn}; kept by agent-roles`,
      Tags: [
        { Key: "team", Value: "data" },
        { Key: "agent-roles:profile", Value: "First" },
      ],
    });
  });

  it("keeps the version before as AWSPREVIOUS", async () => {
    for (const serial of ["1", "2", "3"]) await forEach().put([entry("First", serial)]);
    const versions = [...(fake.secrets.get("agents/First")?.versions.values() ?? [])];
    expect(versions.map(({ stages }) => [...stages])).toEqual([[], ["AWSPREVIOUS"], ["AWSCURRENT"]]);
  });

  it("refuses the profiles that fail alone, to be tried again", async () => {
    fake.before = (action, { SecretId }) => {
      if (SecretId === "agents/Second" && action === "GetSecretValue")
        throw awsError("ThrottlingException", "slow down");
    };
    expect(await forEach().put([entry("First"), entry("Second"), entry("Third")])).toMatchObject([
      { target: { profile: "Second" }, error: { code: "StoreFailed", retryable: true } },
    ]);
    expect([...fake.secrets.keys()]).toEqual(["agents/First", "agents/Third"]);
  });

  it("fills one that was made without a value, and empties it instead of deleting it", async () => {
    givenSecret(fake, "agents/First");
    await forEach().put([entry("First")]);
    expect(JSON.parse(fake.text("agents/First") ?? "")).toEqual(VALUE);
    await forEach().remove(["First"]);
    expect(fake.text("agents/First")).toBe("{}");
    await forEach().put([entry("First")]);
    expect(JSON.parse(fake.text("agents/First") ?? "")).toEqual(VALUE);
  });

  it("leaves the keys of a removed profile in no version with a label", async () => {
    givenSecret(fake, "agents/First");
    await forEach().put([entry("First")]);
    await forEach().remove(["First"]);
    expect(labelled("agents/First")).toEqual(["{}", "{}"]);
  });

  it("refuses a profile whose name no secret may have", async () => {
    const odd = { ...entry("a"), target: { ...entry("a").target, profile: "a%b" } };
    const [refused] = await forEach().put([odd]);
    expect(refused?.error).toMatchObject({ retryable: false, message: "agents/a%b is not a valid name of a secret" });
    expect(fake.calls).toEqual([]);
  });
});

describe("one secret for all", () => {
  it("leaves the keys of a removed profile in no version with a label, and those of others in place", async () => {
    await forAll().put([entry("First"), entry("Second")]);
    await forAll().remove(["First"]);
    const versions = labelled("all").map((text) => Object.keys(JSON.parse(text ?? "")));
    expect(versions).toEqual([["Second"], ["Second"]]);
  });

  it("leaves the keys of a removed profile in no version with a label when another writer comes in between", async () => {
    await forAll().put([entry("First"), entry("Second")]);
    let writers = 0;
    fake.before = async (action) => {
      // The read before the second writing of the removal.
      if (action !== "GetSecretValue" || fake.calls.filter((each) => each === action).length !== 3 || writers > 0)
        return;
      writers += 1;
      await forAll().put([entry("Third")]);
    };
    await forAll().remove(["First"]);
    expect(writers).toBe(1);
    const versions = labelled("all").map((text) => Object.keys(JSON.parse(text ?? "")).toSorted());
    expect(versions.flat()).not.toContain("First");
    expect(versions).toContainEqual(["Second", "Third"]);
  });

  it("loses nothing of ten writers that come at once, whoever makes it", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `P${index}`);
    fake.before = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all(names.map((name) => forAll().put([entry(name)])));
    expect(profilesInAll().toSorted()).toEqual(names);
  });

  it("makes one version of a call whose answer was lost", async () => {
    await forAll().put([entry("First", "1")]);
    let lost = false;
    fake.before = (action) => {
      if (action !== "UpdateSecretVersionStage" || lost) return;
      lost = true;
      throw awsError("TimeoutError", "socket hang up");
    };
    await expect(forAll().put([entry("First", "2")])).rejects.toMatchObject({ retryable: true });
    expect(fake.text("all")).toContain("ASIAFirst1EXAMPLE");
    await forAll().put([entry("First", "2")]);
    expect(fake.text("all")).toContain("ASIAFirst2EXAMPLE");
    expect(fake.secrets.get("all")?.versions.size).toBe(2);
  });

  it("takes back what it held before", async () => {
    for (const serial of ["1", "2", "1"]) await forAll().put([entry("First", serial)]);
    expect(fake.text("all")).toContain("ASIAFirst1EXAMPLE");
  });

  it("reports the size of what is too large, and the fix, before it sends it", async () => {
    const many = Array.from({ length: 300 }, (_, index) => entry(`Role${index}`));
    await expect(forAll().put(many)).rejects.toMatchObject({
      message: expect.stringMatching(/^all: 300 profiles are \d+ bytes, and a secret takes 65536$/),
      fix: expect.stringContaining("prefix"),
    });
    expect(fake.calls).toEqual(["GetSecretValue"]);
  });

  it.each(["hunter2", "[1]", '"text"', "\0binary"])("refuses the value %s, which it did not write", async (text) => {
    givenSecret(fake, "all", text);
    await expect(forAll().put([entry("First")])).rejects.toMatchObject({ code: "ForeignProfile" });
    expect(fake.text("all")).toBe(text);
  });

  it("creates no secret that is named by its ARN", async () => {
    const secretId = "arn:aws:secretsmanager:us-east-1:123456789012:secret:all-AbCdEf";
    const writing = secretsManagerStore({ client: fake.client, secretId }).put([entry("First")]);
    await expect(writing).rejects.toMatchObject({ fix: expect.stringContaining("create the secret") });
  });
});

describe("what Secrets Manager refuses", () => {
  const denied =
    "User: arn:aws:sts::123456789012:assumed-role/agent-master/s is not authorized to perform: secretsmanager";
  it.each([
    ["PutSecretValue", "AccessDeniedException", denied, "Allow the caller secretsmanager:PutSecretValue on all"],
    ["UpdateSecretVersionStage", "AccessDeniedException", denied, "secretsmanager:UpdateSecretVersionStage on all"],
    ["GetSecretValue", "AccessDeniedException", denied, "secretsmanager:GetSecretValue on all"],
    ["GetSecretValue", "AccessDeniedException", "Access to KMS is not allowed", "kms:GenerateDataKey and kms:Decrypt"],
    ["PutSecretValue", "EncryptionFailure", "key is disabled", "KMS key"],
    ["PutSecretValue", "LimitExceededException", "too many versions", "one secret per profile"],
    ["PutSecretValue", "InternalServiceError", "oops", "message above"],
  ])("%s with %s has its fix", async (failing, name, text, fix) => {
    givenSecret(fake, "all", "{}");
    fake.before = (action) => {
      if (action === failing) throw awsError(name, text);
    };
    const writing = forAll().put([entry("First")]);
    await expect(writing).rejects.toMatchObject({
      code: "StoreFailed",
      retryable: true,
      message: `all: ${failing}: ${name}: ${text}`,
      fix: expect.stringContaining(fix),
    });
  });

  it("of a removal is thrown when every other removal has ended", async () => {
    const store = secretsManagerStore({ client: fake.client, prefix: "agents" });
    await store.put([entry("First"), entry("Second")]);
    const release = new AbortController();
    const slow = new Promise<void>((resolve) => {
      release.signal.addEventListener("abort", () => resolve());
    });
    fake.before = (_action, { SecretId }) => {
      if (SecretId === "agents/Second") throw awsError("InternalServiceError", "try again");
      return slow;
    };
    let isTold = false;
    const removal = store.remove(["First", "Second"]).finally(() => {
      isTold = true;
    });
    await settle();
    expect(isTold).toBe(false);
    release.abort();
    await expect(removal).rejects.toMatchObject({ code: "StoreFailed" });
    expect(fake.calls.at(-1)).toBe("DeleteSecret");
  });

  it("names the action that is missing to make and to remove a secret", async () => {
    const store = secretsManagerStore({ client: fake.client, prefix: "p" });
    fake.before = (action) => {
      if (action === "CreateSecret") throw awsError("AccessDeniedException", denied);
    };
    expect(await store.put([entry("First")])).toMatchObject([
      { error: { fix: expect.stringContaining("CreateSecret on p/First") } },
    ]);
    fake.before = (action) => {
      if (action === "DeleteSecret") throw awsError("AccessDeniedException", denied);
    };
    await store.put([entry("First")]);
    await expect(store.remove(["First"])).rejects.toMatchObject({
      fix: expect.stringContaining("DeleteSecret on p/First"),
    });
  });

  it("a secret that waits for its deletion is to be restored", async () => {
    givenSecret(fake, "all", "{}", true);
    const writing = forAll().put([entry("First")]);
    await expect(writing).rejects.toMatchObject({
      retryable: true,
      fix: expect.stringContaining("aws secretsmanager restore-secret --secret-id all"),
    });
  });

  it("never shows in a message what the secret would have held", async () => {
    fake.before = (action, { SecretString = "" }) => {
      if (action === "CreateSecret") throw awsError("ValidationException", `Value '${SecretString}' is invalid`);
    };
    const failure: unknown = await forAll()
      .put([entry("First")])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining("ValidationException") });
    expect(failure).not.toHaveProperty("cause");
    expect(String(failure)).not.toContain("secret-of");
  });
});

it("refuses credentials with a line break, which the value's readers could take for two lines", async () => {
  const bad = entry("First");
  const credentialsWithBreak = { ...bad.credentials, sessionToken: "a\nb" };
  const refused = await forEach().put([{ ...bad, credentials: credentialsWithBreak }]);
  expect(refused).toMatchObject([{ error: { code: "StoreFailed" } }]);
  expect(fake.secrets.size).toBe(0);
});
