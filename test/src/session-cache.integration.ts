import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agentRoles } from "./harness/agent-roles.ts";
import { agentRoles as agentRolesHere } from "./harness/in-process.ts";
import { bundled } from "./harness/bundle.ts";
import { cleanEnv } from "./harness/clean-env.ts";
import { profileClients } from "./harness/clients.ts";
import { CLI, REPOSITORY } from "./harness/repository.ts";

/** bench starts 200, as a busy build machine does. */
const PROCESSES = 20;
/** Callers of each process that share nothing but the directory: sixty take part. */
const CALLERS_EACH = 3;
/** Each loads an SDK. */
const READERS = 4;

let home: string;
let env: Record<string, string>;
let server: Server;
/** The access key IDs that STS gave, and nothing for a call that it has not answered. */
let calls: (string | undefined)[];
let latencyMs: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-sessions-"));
  calls = [];
  latencyMs = 50;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const text = body.includes("Action=GetCallerIdentity") ? identity(request.headers.authorization) : assumed();
      void setTimeout(latencyMs).then(() => response.writeHead(200, { "content-type": "text/xml" }).end(text));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  env = {
    ...cleanEnv(home),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret-of-the-master",
    AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod",
  };
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

/** A new session an hour long. */
function assumed(): string {
  const keyId = `ASIACALL${calls.length + 1}EXAMPLE`;
  calls.push(keyId);
  const fields = {
    AccessKeyId: keyId,
    SecretAccessKey: "secret",
    SessionToken: "token",
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const xml = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${xml.join("")}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

/** Names the caller by the key ID that signed. */
function identity(authorization = ""): string {
  const keyId = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? "nobody";
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789013:assumed-role/MyRole/${keyId}</Arn><UserId>x</UserId><Account>123456789013</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

const ask = ["credential-process", "--profile", "Prod"];

async function keyOf(more: Record<string, string> = {}, run = agentRoles): Promise<string> {
  const { stdout, stderr } = await run(ask, { ...env, ...more });
  expect(stderr).toBe("");
  return JSON.parse(stdout).AccessKeyId;
}

/** A process without an SDK and without a limit, so that many of them do not take minutes on a small machine. */
const SHARE_SESSION = `
  import { sessionCache } from "@agent-roles/runtime/cache";
  import { parseRoleEnv } from "@agent-roles/runtime/role-env";
  const { env } = process;
  const roleEnv = parseRoleEnv(env);
  const askSts = async () => {
    const answer = await (await fetch(env.AWS_ENDPOINT_URL, { method: "POST" })).text();
    const issuedAt = new Date();
    const expiration = new Date(issuedAt.getTime() + 3_600_000);
    const keys = { accessKeyId: /ASIA\\w+/.exec(answer)[0], secretAccessKey: "secret", sessionToken: "token" };
    return { ...keys, accountId: "123456789013", issuedAt, expiration };
  };
  for (let caller = 0; caller < ${CALLERS_EACH}; caller += 1) {
    const assumeRole = sessionCache({ env }).assumeRole(askSts, { roleEnv, env });
    void assumeRole({ ...roleEnv.roles[0], subject: "Prod" }).then(({ accessKeyId }) => console.log(accessKeyId));
  }
`;

/** @returns the program's path. */
async function shareSessionProgram(): Promise<string> {
  const input = join(REPOSITORY, "test", `share-session-${process.pid}.mjs`);
  await writeFile(input, SHARE_SESSION);
  try {
    return await bundled(input);
  } finally {
    await rm(input);
  }
}

/** @returns the key of each caller. */
async function shareSession(program: string): Promise<string[]> {
  return (await execa(process.execPath, [program], { env, extendEnv: false })).stdout.split("\n");
}

describe("processes that want one role", () => {
  it("processes that want one role cost one call of STS, however many come at once", async () => {
    const program = await shareSessionProgram();
    const keys = (await Promise.all(Array.from({ length: PROCESSES }, () => shareSession(program)))).flat();
    expect(calls).toEqual(["ASIACALL1EXAMPLE"]);
    expect(keys).toHaveLength(PROCESSES * CALLERS_EACH);
    expect(new Set(keys)).toEqual(new Set(calls));
    expect(await readdir(join(home, ".aws/agent-roles/cache"))).toHaveLength(1);
  });

  it("readers of an SDK that want one role cost one call", async () => {
    const keys = await Promise.all(Array.from({ length: READERS }, () => keyOf()));
    expect(calls).toEqual(["ASIACALL1EXAMPLE"]);
    expect(new Set(keys)).toEqual(new Set(calls));
  });

  it("processes cost one call more when the one that called STS is killed in mid-call", async () => {
    latencyMs = 60_000;
    const holder = spawn(process.execPath, ["--", CLI, ...ask], { env, stdio: "ignore" });
    while (calls.length === 0) await setTimeout(10);
    latencyMs = 50;
    const others = Promise.all(Array.from({ length: READERS }, () => keyOf()));
    await setTimeout(1_000);
    holder.kill("SIGKILL");
    expect(new Set(await others)).toEqual(new Set(["ASIACALL2EXAMPLE"]));
    expect(calls).toHaveLength(2);
  });

  it("processes never get a session with other attributes", async () => {
    const shapes = [{}, { AWS_ROLE_1_EXTERNAL_ID: "id-42" }, { AGENT_ROLES_SESSION_NAME: "me" }];
    const keys = [];
    for (const shape of shapes) keys.push(await keyOf(shape, agentRolesHere), await keyOf(shape, agentRolesHere));
    expect(keys).toEqual([1, 1, 2, 2, 3, 3].map((call) => `ASIACALL${call}EXAMPLE`));
  });

  it("processes share the session of a role with run and list", async () => {
    await keyOf();
    expect(await agentRolesHere(["run", "--once"], env)).toMatchObject({ exitCode: 0 });
    expect(calls).toHaveLength(1);
    expect(JSON.parse((await agentRolesHere(["list", "--json"], env)).stdout)).toMatchObject([{ status: "fresh" }]);
  });
});

it("answers from the cache without the AWS SDK and without a command-line library", async () => {
  await keyOf();
  // Node prints what a process loads; ES modules go another way, which a hit must not take at all.
  const { stdout, stderr } = await execa(process.execPath, ["--", CLI, ...ask], {
    env: { ...env, NODE_DEBUG: "module,esm" },
    extendEnv: false,
  });
  expect(JSON.parse(stdout).AccessKeyId).toBe("ASIACALL1EXAMPLE");
  expect(stderr).toContain("bin/agent-roles.js");
  expect(stderr).not.toMatch(/@aws-sdk|commander|main\.js/);
});

it("does not wait for an STS that does not answer, and leaves nothing running", async () => {
  latencyMs = 600_000;
  const { exitCode, stdout, stderr } = await agentRoles(ask, env);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  const printed = /^agent-roles: Unavailable: Prod: no answer within (?<seconds>\S+) s; fix: [^\n]*$/;
  // botocore waits without end, and other SDKs for ten seconds or more: the command gives up before them, and by itself.
  expect(Number(printed.exec(stderr)?.groups?.["seconds"])).toBeLessThanOrEqual(9);
  expect(calls.length).toBeLessThanOrEqual(1);
});

it("finishes run --once when the reader of its output leaves, as head does", async () => {
  const run = execa(process.execPath, ["--", CLI, "run", "--once"], { env, extendEnv: false, reject: false });
  run.stdout.destroy();
  expect(await run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse((await agentRolesHere(["list", "--json"], env)).stdout)).toMatchObject([{ status: "fresh" }]);
});

describe.each(await profileClients())("$name", ({ missing, arn }) => {
  it.runIf(missing === undefined)("reads a credential_process profile, and costs one call however often", async () => {
    await mkdir(join(home, ".aws"), { recursive: true });
    // The JavaScript SDK, in this process, gives its own environment to the command: the file says all of it.
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...client } = env;
    const variables = { ...env, AGENT_ROLES_CACHE_DIR: join(home, "cache") };
    const lines = Object.entries(variables).flatMap(([name, value]) =>
      /^(AWS|AGENT_ROLES)_/.test(name) ? [`${name}='${value}'\n`] : [],
    );
    await writeFile(join(home, "agent-roles.env"), lines.join(""));
    const command = [process.execPath, "--", CLI, ...ask, "--env-file", join(home, "agent-roles.env")].join(" ");
    await writeFile(join(home, ".aws/config"), `[profile Prod]\nregion = us-east-1\ncredential_process = ${command}\n`);
    for (let round = 0; round < 2; round += 1) {
      expect(await arn("Prod", client)).toContain("assumed-role/MyRole/ASIACALL1EXAMPLE");
    }
    expect(calls).toHaveLength(1);
  });
});
