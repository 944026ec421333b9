import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentRoles, type Running, startAgentRoles } from "../harness/agent-roles.ts";
import { browse, CHROMIUM } from "../harness/chromium.ts";
import { chainClients } from "../harness/default-chain.ts";
import { CLI, REPOSITORY } from "../harness/repository.ts";
import { type Fixture, openFixture, sessionOf } from "./fixture.ts";

const clients = await chainClients();

interface Served {
  readonly url: string;
  readonly profiles: readonly { readonly profile: string; readonly uri: string; readonly tokenFile: string }[];
}

let fixture: Fixture;
let run: Running;
let served: Served;

beforeAll(async () => {
  fixture = await openFixture();
  run = startAgentRoles(["run", "--json", "--endpoint", "0"], await fixture.agent());
  served = await servedBy(run);
  while ((await fetch(`${served.url}/readyz`)).status !== 200) await setTimeout(50);
});
afterAll(async () => {
  await run?.stop("SIGTERM");
  await fixture?.close();
});

/** What `run --json` prints of its endpoint. */
async function servedBy(command: Running): Promise<Served> {
  return new Promise<Served>((resolve, reject) => {
    command.onLine((line) => {
      const event = JSON.parse(line);
      if (event.event === "endpoint") resolve(event);
    });
    void command.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
}

const of = (name: string) => served.profiles.find(({ profile }) => profile === name);

/** An environment with the URI of one profile and the token of another. */
async function reader(uri: "First" | "Second", token = uri): Promise<Record<string, string>> {
  return {
    ...(await fixture.outsider()),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: of(uri)?.uri ?? "",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: of(token)?.tokenFile ?? "",
  };
}

describe.each(clients)("the endpoint and $name", ({ missing, arn }) => {
  it.skipIf(missing)(`gives it each profile${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    expect(await arn(await reader("First"))).toMatch(sessionOf("First"));
    expect(await arn(await reader("Second"))).toMatch(sessionOf("Second"));
  });

  it.skipIf(missing)(
    `gives it nothing for another profile's token${missing ? ` (skipped: ${missing})` : ""}`,
    async () => {
      await expect(arn(await reader("First", "Second"))).rejects.toThrow(/credential|token is not the one/i);
    },
  );
});

it("has metrics of what real clients made it do", async () => {
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  expect(metrics).toMatch(/^agent_roles_sts_call_duration_seconds_count\{result="ok"\} 2$/m);
  expect(metrics).toMatch(/^agent_roles_rotations_total\{profile="First"\} 1$/m);
});

/** What the pod of docs/eks.md runs, on free ports of this machine. */
const page = await readFile(join(REPOSITORY, "docs/eks.md"), "utf8");
const [, args = ""] = /^ +args:\n((?: +- .*\n)+)/m.exec(page) ?? [];
const SIDECAR_ARGS = [...args.matchAll(/- (.*)\n/g)].map(([, arg = ""]) =>
  arg.replace(/^--endpoint=.*/, "--endpoint=0").replace(/^--metrics=.*/, "--metrics=127.0.0.1:0"),
);

const GROUP = Number(/--group=(\d+)/.exec(args)?.[1]);
const sidecar = { uid: 65_532, gid: GROUP };
const agent = { uid: 1_000, gid: GROUP };
const stranger = { uid: 12_003, gid: 12_003 };
/** The home of the sidecar; its agent reads the config file in it. */
const at = (home: string) => ({
  HOME: home,
  AWS_CONFIG_FILE: `${home}/.aws/config`,
  AWS_SHARED_CREDENTIALS_FILE: `${home}/.aws/credentials`,
});

const isRoot = process.getuid?.() === 0;
const canRun = isRoot && (await execa("test", ["-r", CLI], { ...stranger, reject: false })).exitCode === 0;

describe.skipIf(!canRun)("a sidecar and an agent of other users (needs root, and a checkout for all users)", () => {
  let volume: string;
  let settings: Served;
  let running: Running;

  beforeAll(async () => {
    // As a kubelet makes a volume with fsGroup: every container that mounts it can write to it.
    volume = await mkdtemp(join(tmpdir(), "agent-roles-volume-"));
    await chown(volume, 0, GROUP);
    await chmod(volume, 0o2777);
    const env = { ...(await fixture.agent()), ...at(volume) };
    running = startAgentRoles(SIDECAR_ARGS, env, { user: sidecar });
    settings = await servedBy(running);
    while ((await fetch(`${settings.url}/readyz`)).status !== 200) await setTimeout(50);
  });
  afterAll(async () => {
    await running?.stop("SIGTERM");
    await rm(volume, { recursive: true, force: true });
  });

  const CLIENT = `
    const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
    new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn), (error) => { console.log(error.message); });`;

  /** Who a program of this user is. */
  async function arn(user: { uid: number; gid: number }, env: Readonly<Record<string, string>>): Promise<string> {
    const options = {
      ...user,
      env: { ...(await fixture.outsider()), ...env },
      extendEnv: false,
      cwd: join(REPOSITORY, "test"),
    };
    return (await execa(process.execPath, ["-e", CLIENT], options)).stdout;
  }

  it("gives the agent the profiles", async () => {
    expect(await arn(agent, { ...at(volume), AWS_PROFILE: "First" })).toMatch(sessionOf("First"));
  });

  it("gives the agent the endpoint's tokens", async () => {
    const second = settings.profiles.find(({ profile }) => profile === "Second");
    const { uri = "", tokenFile = "" } = second ?? {};
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile };
    expect(await arn(agent, env)).toMatch(sessionOf("Second"));
    expect(await arn(stranger, env)).toMatch(/EACCES|permission denied|credentials/i);
  });

  it("logs no warning of the volume, to which each container can write", async () => {
    const home = await mkdtemp(join(tmpdir(), "agent-roles-volume-"));
    await chown(home, 0, GROUP);
    await chmod(home, 0o2777);
    const env = { ...(await fixture.agent()), ...at(home) };
    const ran = await agentRoles(["run", "--once", "--group", String(GROUP)], env, { user: sidecar });
    await rm(home, { recursive: true });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).not.toContain("warning");
  });

  it("gives a user outside of the group nothing", async () => {
    expect(await arn(stranger, { ...at(volume), AWS_PROFILE: "First" })).not.toContain("arn:aws:sts");
  });

  it("lets nobody else read or write a file, and the group only what it needs", async () => {
    const modes: Record<string, string> = {};
    for (const path of await readdir(volume, { recursive: true })) {
      const { mode, uid, gid } = await stat(join(volume, path));
      expect({ path, others: mode & 0o7, groupWrites: mode & 0o020, uid, gid }).toEqual({
        path,
        others: 0,
        groupWrites: 0,
        uid: sidecar.uid,
        gid: GROUP,
      });
      modes[path] = (mode & 0o777).toString(8);
    }
    expect(modes).toMatchObject({
      ".aws": "750",
      ".aws/config": "640",
      ".aws/agent-roles/profiles": "750",
      ".aws/agent-roles/profiles/First.json": "640",
    });
    expect(modes[".aws/agent-roles/cache"] ?? "700").toBe("700");
  });

  it.each([
    [
      "a group that the process is not in",
      String(stranger.gid),
      sidecar,
      /is not in group 12003[^]*Use one of its groups: 2000/,
    ],
    ["root", String(GROUP), undefined, /root does not share/],
    ["what is no number", "staff", sidecar, /Use the number of a group/],
  ])("refuses %s", async (_, group, user, message) => {
    const env = { ...(await fixture.agent()), ...at(volume) };
    const { exitCode, stderr } = await agentRoles(["run", "--once", "--group", group], env, user ? { user } : {});
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
  });

  it.each([
    ["that the group can write to", 0o770, /\.aws: other users can write to it/],
    ["that the group cannot read", 0o700, /\.aws: group 2000 cannot read it/],
  ])("refuses a directory %s, and leaves it as it is", async (_, mode, message) => {
    const home = await mkdtemp(join(tmpdir(), "agent-roles-volume-"));
    await mkdir(join(home, ".aws"));
    for (const path of [home, join(home, ".aws")]) await chown(path, sidecar.uid, GROUP);
    await chmod(join(home, ".aws"), mode);
    const env = { ...(await fixture.agent()), ...at(home) };
    const { exitCode, stderr } = await agentRoles(["run", "--once", "--group", String(GROUP)], env, { user: sidecar });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect((await stat(join(home, ".aws"))).mode & 0o777).toBe(mode);
    await rm(home, { recursive: true });
  });
});

describe.skipIf(CHROMIUM === undefined)("a browser (needs Chromium)", () => {
  it("shows the status page with its styles", async () => {
    const { html, console } = await browse(`${served.url}/`);
    expect(html).toMatch(/2 profiles: 2 fresh[^]*>First<[^]*>Second<[^]*<svg /);
    expect(console).toEqual([]);
  });

  it("gives the script of a page on another port nothing", async () => {
    const site = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end(`<p></p><script>
          fetch("${served.url}/").catch((error) => error.name).then((got) => { document.querySelector("p").textContent = got; });
        </script>`);
    });
    await once(site.listen(0, "127.0.0.1"), "listening");
    const address = site.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    expect((await browse(url)).html).toContain("<p>TypeError</p>");
    site.close();
  });
});
