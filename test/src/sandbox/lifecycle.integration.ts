import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { STSClient } from "@aws-sdk/client-sts";
import { execa } from "execa";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { assume, createAgent, createTarget, MASTER, OTHER, outcome, trusts, whoAmI } from "./fixture.ts";

/** Whether anything still listens there. */
const isUp = (url: string): Promise<boolean> =>
  fetch(url, { method: "POST" }).then(
    () => true,
    () => false,
  );

const memberOf = (id: string): string => trusts({ Condition: { StringEquals: { "aws:PrincipalOrgID": id } } });

describe("a sandbox", () => {
  const organizationId = "o-example1234";
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: [MASTER, OTHER, MASTER], deployRoleName: "Deployer", organizationId });
  });
  afterAll(() => sandbox.close());

  it("has an administrator in every account, and the way in for the first account's", async () => {
    const { endpoint, accounts } = sandbox;
    expect(accounts).toEqual([MASTER, OTHER]);
    const admins = await Promise.all(accounts.map((account) => whoAmI(endpoint, sandbox.admin(account))));
    expect(admins).toEqual(accounts.map((account) => `arn:aws:iam::${account}:user/sandbox-admin`));
    for (const account of accounts) {
      const deployRole = `arn:aws:iam::${account}:role/Deployer`;
      expect(await outcome(endpoint, sandbox.admin(), deployRole)).toBe("allowed");
      expect(await outcome(endpoint, sandbox.admin(OTHER), deployRole)).toBe("AccessDenied");
    }
    expect(() => sandbox.admin("999999999999")).toThrow("999999999999 is not an account of this sandbox");
  });

  it("points any client at itself through the environment", async () => {
    for (const [name, value] of Object.entries(sandbox.env())) vi.stubEnv(name, value);
    vi.stubEnv("AWS_PROFILE", undefined);
    const sts = new STSClient({});
    const [credentials, region] = [await sts.config.credentials(), await sts.config.region()];
    vi.unstubAllEnvs();
    expect(credentials).toMatchObject(sandbox.admin());
    expect(credentials).not.toHaveProperty("sessionToken");
    expect(region).toBe("us-east-1");
    expect(sandbox.env()["AWS_ENDPOINT_URL"]).toBe(`http://localhost:${sandbox.port}`);
  });

  it("knows the organization of its accounts", async () => {
    const agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
    const mine = await createTarget(sandbox, "Mine", memberOf(organizationId));
    const foreign = await createTarget(sandbox, "Foreign", memberOf("o-other56789"));
    expect(await outcome(sandbox.endpoint, agent, mine)).toBe("allowed");
    expect(await outcome(sandbox.endpoint, agent, foreign)).toBe("AccessDenied");
  });

  it("runs beside another one, each with its own state", async () => {
    const other = await startSandbox();
    const own = `arn:aws:iam::${OTHER}:role/Deployer`;
    expect(await outcome(other.endpoint, other.admin(), own)).toBe("AccessDenied");
    expect(await outcome(other.endpoint, sandbox.admin(), own)).toBe("InvalidClientTokenId");
    await other.close();
    expect(await outcome(sandbox.endpoint, sandbox.admin(), own)).toBe("allowed");
  });
});

describe("startSandbox", () => {
  it("is gone after close, and its port is free again", async () => {
    const sandbox = await startSandbox();
    await Promise.all([sandbox.close(), sandbox.close()]);
    expect([await isUp(sandbox.endpoint), await isUp(sandbox.motoEndpoint)]).toEqual([false, false]);
    const again = await startSandbox({ port: sandbox.port });
    expect(again.port).toBe(sandbox.port);
    await again.close();
  });

  it("says that a port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(startSandbox({ port })).rejects.toMatchObject({ name: "SandboxError", code: "PortTaken" });
    other.close();
  });

  it("closes when its signal aborts, and does not start on one that has", async () => {
    const aborter = new AbortController();
    const sandbox = await startSandbox({ signal: aborter.signal });
    aborter.abort();
    await sandbox.close();
    expect(await isUp(sandbox.motoEndpoint)).toBe(false);
    await expect(startSandbox({ signal: aborter.signal })).rejects.toMatchObject({ code: "Aborted" });
  });

  it.each([[["12345"]], [[]]])("refuses the accounts %j", async (accounts: string[]) => {
    await expect(startSandbox({ accounts })).rejects.toMatchObject({ code: "InvalidOption" });
  });

  it("refuses a moto that is too old, and says which it needs", async () => {
    const directory = await mkdtemp(join(tmpdir(), "old-moto-"));
    await writeFile(join(directory, "moto.py"), '__version__ = "5.1.22"\n');
    const { stdout: motoServer } = await execa("sh", ["-c", "command -v python3"]);
    const env = { ...process.env, PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: "1" };
    await expect(startSandbox({ motoServer, env })).rejects.toMatchObject({
      code: "MotoNotFound",
      message: expect.stringContaining("found moto 5.1.22; install moto 5.2 or newer, below 6"),
    });
    await rm(directory, { recursive: true });
  });

  it("leaves no moto behind when its process is killed", async () => {
    const program = `
      import { startSandbox } from "@agent-roles/sandbox";
      const sandbox = await startSandbox();
      console.log(JSON.stringify({ gateway: sandbox.endpoint, moto: sandbox.motoEndpoint }));`;
    const cwd = new URL("../..", import.meta.url);
    // As a user's sandbox starts, without the tests' own way to start moto.
    const options = { cwd, reject: false, env: { AGENT_ROLES_MOTO_SERVER: "" } } as const;
    const child = execa(process.execPath, ["--input-type=module", "--eval", program], options);
    const line = await Promise.race([
      once(child.stdout, "data").then(String),
      child.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ]);
    const { gateway, moto }: { gateway: string; moto: string } = JSON.parse(line);
    expect([await isUp(gateway), await isUp(moto)]).toEqual([true, true]);
    child.kill("SIGKILL");
    await child;
    await vi.waitFor(async () => expect(await isUp(moto)).toBe(false), { timeout: 60_000 });
  });
});
