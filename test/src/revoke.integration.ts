import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { startAgentRoles } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { recordingProxy } from "./harness/recording-proxy.ts";
import { type DeployingSandbox, deployingSandbox } from "./harness/deploying-sandbox.ts";

const ACCOUNTS = ["100000000001", "100000000002", "100000000003"] as const;
const [MASTER] = ACCOUNTS;
const PROFILES = ["a0", "a1", "a2"] as const;

let sandbox: DeployingSandbox["sandbox"];
let directory: string;
let env: DeployingSandbox["env"];
let close: DeployingSandbox["close"] | undefined;

beforeAll(async () => {
  ({ sandbox, directory, env, close } = await deployingSandbox(ACCOUNTS));
  const text = stringify({
    master: { account: MASTER, roleName: "agent-master", trustedBy: [{ account: MASTER }] },
    accounts: ACCOUNTS.map((id, index) => ({ alias: PROFILES[index], id })),
    defaults: { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    roles: [{ profile: "{alias}", accounts: "all", roleName: "agent-read" }],
  });
  await writeFile(join(directory, "agent-roles.yaml"), text);
  env = { ...env, AWS_MASTER_ROLE_ARN: `arn:aws:iam::${MASTER}:role/agent-roles-master/agent-master` };
  await succeeds("deploy");
});
afterAll(() => close?.());

const ENV_FILE = ["--env-file", "cdk.out/agent-roles.env"];

async function succeeds(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await agentRoles(args, env, { cwd: directory });
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** The keys that a reader of the profile gets. */
async function keysOf(profile: string): Promise<Keys> {
  const text = await succeeds("credential-process", "--profile", profile, ...ENV_FILE);
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(text);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What AWS says to a call with these keys. */
async function call(credentials: Keys): Promise<string> {
  const client = new IAMClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials });
  return client.send(new ListRolesCommand({})).then(
    () => "allowed",
    (error: Error) => (error.message.includes("explicit deny") ? "denied" : error.message),
  );
}

/** What AWS says when these keys assume a target role. */
async function assume(credentials: Keys): Promise<string> {
  const client = new STSClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials });
  const request = { RoleArn: `arn:aws:iam::${ACCOUNTS[1]}:role/agent-roles/agent-read`, RoleSessionName: "thief" };
  return client.send(new AssumeRoleCommand(request)).then(
    () => "allowed",
    (error: Error) =>
      error.message.includes("is not authorized to perform: sts:AssumeRole") ? "denied" : error.message,
  );
}

/** The sessions of a role in the cache of this machine. */
async function cached(role: string): Promise<Keys[]> {
  const cache = join(directory, ".aws/agent-roles/cache");
  const names = (await readdir(cache).catch(() => [])).filter((name) => name.endsWith(".json"));
  const texts = await Promise.all(names.map((name) => readFile(join(cache, name), "utf8").catch(() => "{}")));
  const entries: { key?: string; session?: Keys }[] = texts.map((text) => JSON.parse(text));
  return entries.flatMap(({ key = "", session }) => {
    const [, , sessionKey = "[]"]: string[] = key ? JSON.parse(key) : [];
    if (!session || !String(JSON.parse(sessionKey)[0]).endsWith(`/${role}`)) return [];
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    return [{ accessKeyId, secretAccessKey, sessionToken }];
  });
}

const calls = (keys: readonly Keys[]): Promise<string[]> => Promise.all(keys.map(call));

function isThere(file: string): Promise<boolean> {
  return access(join(directory, file)).then(
    () => true,
    () => false,
  );
}

it("denies the sessions of one profile, in AWS and on this machine, until it is undone", async () => {
  await succeeds("run", "--once", ...ENV_FILE);
  const before = [await keysOf("a1"), await keysOf("a2")];
  expect(await calls(before)).toEqual(["allowed", "allowed"]);
  expect(JSON.parse(await succeeds("revoke", "--profile", "a1", "--json"))).toMatchObject([
    { profile: "a1", account: ACCOUNTS[1], status: "revoked" },
  ]);
  expect(await calls(before)).toEqual(["denied", "allowed"]);
  expect(await isThere(".aws/agent-roles/profiles/a1.json")).toBe(false);
  expect(await isThere(".aws/agent-roles/profiles/a2.json")).toBe(true);
  // A new session works, and the stack did not change.
  expect(await call(await keysOf("a1"))).toBe("allowed");
  expect(JSON.parse(await succeeds("diff", "--json")).map(({ status }: { status: string }) => status)).toEqual([
    "unchanged",
    "unchanged",
    "unchanged",
  ]);
  await succeeds("revoke", "--profile", "a1", "--undo");
  expect(await calls(before)).toEqual(["allowed", "allowed"]);
});

it("makes a running run assume the role anew, and no process writes the revoked session back", async () => {
  const run = startAgentRoles(["run", ...ENV_FILE], env, { cwd: directory });
  const profileFile = join(directory, ".aws/agent-roles/profiles/a1.json");
  const printed = async (): Promise<string | undefined> => {
    const text = await readFile(profileFile, "utf8").catch(() => "{}");
    const { AccessKeyId }: { AccessKeyId?: string } = JSON.parse(text);
    return AccessKeyId;
  };
  await expect.poll(printed, { timeout: 60_000 }).toBeDefined();
  const before = await keysOf("a1");
  const seen = new Set<string | undefined>();
  await succeeds("revoke", "--profile", "a1");
  await expect
    .poll(
      async () => {
        const keyId = await printed();
        seen.add(keyId);
        return keyId;
      },
      { timeout: 60_000, interval: 20 },
    )
    .toBeDefined();
  expect([...seen]).not.toContain(before.accessKeyId);
  expect(await calls([before, await keysOf("a1")])).toEqual(["denied", "allowed"]);
  expect((await keysOf("a1")).accessKeyId).toBe(await printed());
  await run.stop("SIGTERM");
  await succeeds("revoke", "--profile", "a1", "--undo");
});

it("ends a stolen session of the master role, in AWS and on this machine, and a running run continues", async () => {
  const run = startAgentRoles(["run", ...ENV_FILE], env, { cwd: directory });
  await expect.poll(() => isThere(".aws/agent-roles/profiles/a1.json"), { timeout: 60_000 }).toBe(true);
  const before = await keysOf("a1");
  const [stolen = before] = await cached("agent-master");
  expect(await assume(stolen)).toBe("allowed");
  expect(JSON.parse(await succeeds("revoke", "--all", "--json"))).toMatchObject([
    { profile: "(master)", roleArn: env["AWS_MASTER_ROLE_ARN"], status: "revoked" },
    ...PROFILES.map((profile) => ({ profile, status: "revoked" })),
  ]);
  expect([await assume(stolen), await call(before)]).toEqual(["denied", "denied"]);
  expect((await cached("agent-master")).map(({ accessKeyId }) => accessKeyId)).not.toContain(stolen.accessKeyId);
  await expect.poll(() => isThere(".aws/agent-roles/profiles/a1.json"), { timeout: 60_000 }).toBe(true);
  expect(await call(await keysOf("a1"))).toBe("allowed");
  await run.stop("SIGTERM");
  await succeeds("revoke", "--all", "--undo");
  expect(await assume(stolen)).toBe("allowed");
});

it("does not end the session that it runs with", async () => {
  await succeeds("run", "--once", ...ENV_FILE);
  const [master] = await cached("agent-master");
  const as = {
    AWS_ACCESS_KEY_ID: master?.accessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: master?.secretAccessKey ?? "",
    AWS_SESSION_TOKEN: master?.sessionToken ?? "",
  };
  const { exitCode, stderr } = await agentRoles(["revoke", "--all"], { ...env, ...as }, { cwd: directory });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining("is a session of the master role, which would be denied"),
  });
});

it("continues after it was killed half-way, having removed what is on this machine first", async () => {
  await succeeds("run", "--once", ...ENV_FILE);
  const before = [await keysOf("a0"), await keysOf("a1"), await keysOf("a2")];
  const proxy = await recordingProxy(sandbox.endpoint);
  // The master role's, and that of one target role.
  proxy.answerOnly(2, "PutRolePolicy");
  const halted = { ...env, AWS_ENDPOINT_URL: proxy.endpoint };
  const revoke = startAgentRoles(["revoke", "--all", "--manifest", join(directory, "agent-roles.yaml")], halted);
  await expect.poll(() => calls(before), { timeout: 60_000 }).toContain("denied");
  revoke.signal("SIGKILL");
  await revoke.ended;
  await proxy.close();
  expect((await calls(before)).toSorted()).toEqual(["allowed", "allowed", "denied"]);
  expect(await isThere(".aws/agent-roles/profiles/a2.json")).toBe(false);
  await succeeds("revoke", "--all");
  expect(await calls(before)).toEqual(["denied", "denied", "denied"]);
  const undone = JSON.parse(await succeeds("revoke", "--all", "--undo", "--json"));
  expect(undone.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill("restored"));
  // IAM deletes no role with a policy that is not the stack's.
  await succeeds("destroy", "--yes");
});

it("shares no session of a destroyed role with the role that is deployed again", async () => {
  await succeeds("deploy");
  await succeeds("run", "--once", ...ENV_FILE);
  const before = await keysOf("a1");
  await succeeds("destroy", "--yes");
  expect(await isThere(".aws/agent-roles/profiles/a1.json")).toBe(false);
  expect(await cached("agent-master")).toEqual([]);
  await succeeds("deploy");
  await succeeds("run", "--once", ...ENV_FILE);
  expect((await keysOf("a1")).accessKeyId).not.toBe(before.accessKeyId);
});

it("says how to destroy revoked roles, and leaves no key behind", async () => {
  await succeeds("revoke", "--profile", "a1");
  const { exitCode, stdout } = await agentRoles(["destroy", "--accounts", "a1", "--yes"], env, { cwd: directory });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: expect.stringContaining("agent-roles revoke --all --undo"),
  });
  await succeeds("revoke", "--all", "--undo");
  await succeeds("destroy", "--yes");
  await succeeds("run", "--once", "--prune");
  const files = await readdir(join(directory, ".aws"), { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8"));
  expect((await Promise.all(texts)).join("")).not.toMatch(/secretAccessKey|SecretAccessKey|aws_secret_access_key/);
});
