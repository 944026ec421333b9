import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localCaller, profileEndpoints } from "./local-caller.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-caller-"));
  await mkdir(join(home, ".aws", "sso", "cache"), { recursive: true });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(home, name), text);
const callerOf = (env: Record<string, string> = {}): string | undefined => localCaller({ HOME: home, ...env });
const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;

/** Keys of two profiles. */
const keys = (id: string, other: string) => () =>
  write(".aws/credentials", `[default]\naws_access_key_id = ${id}\n[other]\naws_access_key_id = ${other}\n`);
const pod = (sub: string, exp: number) => () => write("token", token({ iss: "https://oidc", sub, aud: "sts", exp }));

/** Two environments with their files, and whether they are the same caller. */
async function compare(first: () => Promise<void>, second: () => Promise<void>, env: Record<string, string> = {}) {
  await first();
  const before = callerOf(env);
  await second();
  expect(before).toBeDefined();
  return before === callerOf(env);
}

describe("localCaller", () => {
  it("is the access key of the environment, unless AWS_PROFILE names a profile", async () => {
    const variables = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
    expect(callerOf(variables)).toBe("key AKIAEXAMPLE");
    await write(".aws/config", "[profile work]\nsso_session = corp\n");
    expect(callerOf({ ...variables, AWS_PROFILE: "work" })).not.toBe(callerOf(variables));
  });

  it("changes with the keys of the profile, and not with those of another", async () => {
    expect(await compare(keys("AKIA1EXAMPLE", "AKIA3EXAMPLE"), keys("AKIA2EXAMPLE", "AKIA3EXAMPLE"))).toBe(false);
    expect(await compare(keys("AKIA1EXAMPLE", "AKIA3EXAMPLE"), keys("AKIA1EXAMPLE", "AKIA4EXAMPLE"))).toBe(true);
  });

  it("changes with the keys of the source profile", async () => {
    await write(".aws/config", "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n");
    const source = (id: string) => () => write(".aws/credentials", `[base]\naws_access_key_id = ${id}\n`);
    expect(await compare(source("AKIA1EXAMPLE"), source("AKIA2EXAMPLE"))).toBe(false);
  });

  it("ends for profiles that are each other's source", async () => {
    await write(
      ".aws/config",
      "[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = c\nsource_profile = default\n",
    );
    expect(callerOf()).toMatch(/^profile /);
  });

  it("changes with another person's login", async () => {
    await write(".aws/config", "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = Admin\n");
    const login = (name: string) => () => write(".aws/sso/cache/abc.json", JSON.stringify({ accessToken: name }));
    expect(await compare(login("alice"), login("bob"))).toBe(false);
  });

  it("ignores profiles that agent-roles wrote", async () => {
    await write(".aws/credentials", "[default]\n# agent-roles: do not edit\naws_access_key_id = ASIAEXAMPLE\n");
    expect(callerOf()).toBeUndefined();
  });

  it.each(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])(
    "is the subject of the token in %s, which a renewed token keeps",
    async (variable) => {
      const env = {
        [variable]: join(home, "token"),
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
      };
      expect(await compare(pod("sa:one", 1), pod("sa:one", 2), env)).toBe(true);
      expect(await compare(pod("sa:one", 1), pod("sa:two", 1), env)).toBe(false);
      expect(
        await compare(
          () => write("token", "opaque-1"),
          () => write("token", "opaque-2"),
          env,
        ),
      ).toBe(false);
    },
  );

  it("changes with the token and the address of a container", () => {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://localhost/a", AWS_CONTAINER_AUTHORIZATION_TOKEN: "one" };
    const callers = [
      env,
      { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: "two" },
      { ...env, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/7" },
    ].map(callerOf);
    expect(new Set(callers).size).toBe(3);
  });

  it.each([
    ["an instance role", ""],
    ["a credential_process", "[default]\ncredential_process = cat keys\n"],
    ["the instance as the source of a role", "[default]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n"],
    [
      "a credential_process as the source of a role",
      "[default]\nrole_arn = a\nsource_profile = b\n[profile b]\ncredential_process = x\n",
    ],
  ])("does not know %s", async (_, config) => {
    await write(".aws/config", config);
    expect(callerOf()).toBeUndefined();
  });

  it("identifies the caller without a secret in the text", async () => {
    await write(".aws/credentials", "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = hunter2\n");
    expect(callerOf()).not.toContain("hunter2");
  });
});

it("profileEndpoints finds the endpoints of the profile and of its services section", async () => {
  await write(
    ".aws/config",
    "[default]\nservices = local\nendpoint_url = http://one\n[services local]\nsts =\n  endpoint_url = http://two\n[services other]\nsts =\n  endpoint_url = http://three\n",
  );
  const found = profileEndpoints({ HOME: home });
  expect([1, 2, 3].map((_, index) => found.includes(["one", "two", "three"][index] ?? ""))).toEqual([
    true,
    true,
    false,
  ]);
});

it.runIf(process.platform !== "win32").each(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])(
  "refuses a pipe and a device in %s, which the SDK would read for ever",
  (variable) => {
    const pipe = join(home, "token");
    execFileSync("mkfifo", [pipe]);
    const env = { HOME: home, AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/", [variable]: pipe };
    for (const path of [pipe, "/dev/zero"]) {
      expect(() => localCaller({ ...env, [variable]: path })).toThrow(expect.objectContaining({ code: "StoreFailed" }));
    }
  },
);
