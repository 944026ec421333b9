import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand, DeleteRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { startAgentRoles } from "./harness/agent-roles.ts";
import { changedEnvFile } from "./harness/changed-env-file.ts";
import { profileClients, sdkArn } from "./harness/clients.ts";
import { deploy, type Deployment } from "./harness/deployment.ts";
import { agentRoles } from "./harness/in-process.ts";
import { retry } from "./harness/retry.ts";
import { openTarget } from "./harness/target.ts";

const clients = await profileClients();
const isLocal = (process.env["SANDBOX"] ?? "local") === "local";

let deployment: Deployment;
let agent: Record<string, string>;
let envFile: string;

beforeAll(async () => {
  deployment = await deploy(await openTarget(), { cdk: true });
  envFile = join(deployment.cdkOut, "agent-roles.env");
  agent = await deployment.agent();
});
afterAll(async () => {
  await deployment?.close();
});

describe("agent-roles run --once, as the master role", () => {
  beforeAll(async () => {
    await retry(async () => {
      const { exitCode, stdout, stderr } = await agentRoles(["run", "--once", "--env-file", envFile], agent);
      if (exitCode !== 0) throw new Error(stdout + stderr);
    });
  });

  describe.each(clients)("$name", ({ name, missing, arn }) => {
    // Not a failure: the table of what ran names it.
    it.runIf(missing === undefined)(
      `reaches the right account and role by profile${missing ? ` (${missing})` : ""}`,
      async () => {
        for (const { profile, account, roleName } of deployment.manifest.roles) {
          expect(await arn(profile, agent), `${name} --profile ${profile}`).toMatch(
            new RegExp(`:sts::${account}:assumed-role/${roleName}/`),
          );
        }
      },
    );
  });

  it("writes profiles that list and whoami confirm", async () => {
    const list = await agentRoles(["list", "--json", "--env-file", envFile], agent);
    expect(JSON.parse(list.stdout)).toMatchObject(
      deployment.manifest.roles.map(({ profile }) => ({ profile, status: "fresh" })),
    );
    for (const { profile, account } of deployment.manifest.roles) {
      const whoami = await agentRoles(["whoami", "--json", "--profile", profile, "--env-file", envFile], agent);
      expect(whoami.exitCode, whoami.stderr).toBe(0);
      expect(JSON.parse(whoami.stdout)).toMatchObject({ profile, accountId: account });
    }
  });

  it("does not assume AWS_MASTER_ROLE_ARN again when it is the caller", async () => {
    const { partition, master } = deployment.manifest;
    const roleArn = `arn:${partition}:iam::${master.account}:role${master.path}${master.roleName}`;
    const { exitCode, stdout } = await agentRoles(["whoami", "--json"], { ...agent, AWS_MASTER_ROLE_ARN: roleArn });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ profile: null, expectedRoleArn: roleArn });
  });

  it("reports with whoami credentials of another role", async () => {
    const [first, second] = deployment.manifest.roles;
    const { partition, rolePath } = deployment.manifest;
    const swapped = await changedEnvFile(deployment.cdkOut, {
      AWS_ROLE_1: `arn:${partition}:iam::${first?.account}:role${rolePath}Other:${first?.profile}`,
      AWS_ROLE_2: `arn:${partition}:iam::${second?.account}:role${rolePath}${second?.roleName}:${second?.profile}`,
    });
    const { exitCode, stderr } = await agentRoles(
      ["whoami", "--profile", first?.profile ?? "", "--env-file", swapped],
      agent,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not a session of");
  });
});

describe("agent-roles run with the deployer's credentials", () => {
  it("assumes the role of AWS_MASTER_ROLE_ARN first with the credentials of the deployer", async () => {
    const { partition, master } = deployment.manifest;
    const env = {
      ...(await deployment.agent()),
      ...deployment.deployer,
      AWS_MASTER_ROLE_ARN: `arn:${partition}:iam::${master.account}:role${master.path}${master.roleName}`,
    };
    const { exitCode, stdout } = await agentRoles(["run", "--once", "--env-file", envFile], env);
    expect(exitCode, stdout).toBe(0);
  });

  it("fails every role with the credentials of the deployer, who is not the master", async () => {
    const { exitCode, stdout } = await agentRoles(["run", "--once", "--json", "--env-file", envFile], {
      ...agent,
      ...deployment.deployer,
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject(
      deployment.manifest.roles.map(() => ({ ok: false, failure: { code: "AccessDenied" } })),
    );
  });
});

describe("a role that refuses the master", () => {
  it.each([
    ["a wrong external ID", { AWS_ROLE_3_EXTERNAL_ID: "somebody-else" }],
    ["no external ID", { AWS_ROLE_3_EXTERNAL_ID: "" }],
  ])("fails alone a role that refuses %s, with code and fix, and writes the others", async (_, changes) => {
    const env = await deployment.agent();
    const { exitCode, stdout, stderr } = await agentRoles(
      ["run", "--once", "--env-file", await changedEnvFile(deployment.cdkOut, changes)],
      env,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/failed +MyThirdAccount: .*\n +AccessDenied: Check that the role exists/);
    expect(stderr).toBe("1 of 3 profiles failed: MyThirdAccount");
    expect(await sdkArn("MySecondAccount", env)).toContain(deployment.target.otherAccount);
    await expect(sdkArn("MyThirdAccount", env)).rejects.toThrow("Could not resolve credentials");
  });

  it("fails alone a role whose trust policy names another principal, and a role that does not exist", async () => {
    const { manifest, target } = deployment;
    const iam = new IAMClient(await deployment.inAccount(target.otherAccount));
    const RoleName = `Stranger${target.suffix}`;
    const stranger = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [stranger] });
    await iam.send(new CreateRoleCommand({ Path: manifest.rolePath, RoleName, AssumeRolePolicyDocument }));
    try {
      const arn = `arn:${manifest.partition}:iam::${target.otherAccount}:role${manifest.rolePath}`;
      const changed = await changedEnvFile(deployment.cdkOut, {
        AWS_ROLE_4: `${arn}${RoleName}:Stranger`,
        AWS_ROLE_5: `${arn}Nobody:Nobody`,
      });
      const { exitCode, stdout } = await agentRoles(
        ["run", "--once", "--json", "--env-file", changed],
        await deployment.agent(),
      );
      expect(exitCode).toBe(1);
      const outcome = JSON.parse(stdout).map(({ profile, ok, failure }: Record<string, unknown>) => [
        profile,
        ok,
        failure,
      ]);
      expect(outcome).toMatchObject([
        ["MyFirstAccount", true, undefined],
        ["MySecondAccount", true, undefined],
        ["MyThirdAccount", true, undefined],
        ["Stranger", false, { code: "AccessDenied" }],
        ["Nobody", false, { code: "AccessDenied" }],
      ]);
    } finally {
      await iam.send(new DeleteRoleCommand({ RoleName }));
    }
  });
});

/** The outputs of every account's stack. */
async function stackOutputs(): Promise<Record<string, string>> {
  const { target } = deployment;
  const outputs: [string, string][] = [];
  for (const account of [target.masterAccount, target.otherAccount]) {
    const client = new CloudFormationClient(await deployment.inAccount(account));
    const StackName = `${target.suffix && `test${target.suffix}-`}agent-roles-${account}`;
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    for (const { OutputKey = "", OutputValue = "" } of Stacks?.[0]?.Outputs ?? [])
      outputs.push([OutputKey, OutputValue]);
  }
  return Object.fromEntries(outputs);
}

describe("AWS_ROLE_N", () => {
  it("gives the same AWS_ROLE_N values in cdk.out, from agent-roles env and in the stack outputs", async () => {
    const fromCdkOut = parseEnv(await readFile(envFile, "utf8"));
    const printed = await agentRoles(["env", "--manifest", deployment.manifestFile, "--format", "json"], agent);
    expect(JSON.parse(printed.stdout)).toEqual(fromCdkOut);
    const values = Object.entries(fromCdkOut).flatMap(([name, value]) => (/^AWS_ROLE_\d+$/.test(name) ? [value] : []));
    expect(new Set(Object.values(await stackOutputs()))).toEqual(new Set(values));
  });
});

// Real accounts issue no session under 900 seconds.
describe.runIf(isLocal)("agent-roles run, with sessions of seconds", () => {
  it("keeps valid credentials in place while STS throttles, and heals", async () => {
    const env = await deployment.agent();
    const sandbox = deployment.target.sandbox;
    const sessions = { sessionLifetimeSeconds: 16 };
    sandbox?.faults(sessions);
    const run = startAgentRoles(["run", "--env-file", envFile], { ...env, AWS_MAX_ATTEMPTS: "1" });
    const lines: string[] = [];
    run.onLine((line) => lines.push(line));
    const printed = (line: RegExp) => retry(async () => expect(lines).toContainEqual(expect.stringMatching(line)));
    try {
      await retry(() => sdkArn("MyFirstAccount", env));
      sandbox?.faults({ ...sessions, throttle: true });
      await printed(/^ +Throttled: /);
      expect(await sdkArn("MyFirstAccount", env)).toContain("MyFirstRole");
      sandbox?.faults(sessions);
      await printed(/rotated +MyFirstAccount +….{4} → ….{4}/);
      expect(await sdkArn("MyFirstAccount", env)).toContain("MyFirstRole");
    } finally {
      sandbox?.faults({});
      expect((await run.stop("SIGINT")).exitCode).toBe(0);
    }
  });
});

describe("the CDK's own command line", () => {
  it("adds, changes and removes a role in place with cdk deploy", async () => {
    const account = deployment.manifest.roles[0]?.account ?? "";
    const iam = new IAMClient(await deployment.inAccount(account));
    const role = (profile: string, description: string) => ({
      profile,
      account,
      roleName: `${profile}${deployment.target.suffix}`,
      description,
    });
    const { roles } = parse(await readFile(deployment.manifestFile, "utf8"));
    const update = (...more: readonly object[]) =>
      deployment.update((text) => stringify({ ...parse(text), roles: [...roles, ...more] }));
    const described = async (profile: string) => {
      const { roleName: RoleName } = role(profile, "");
      return (await iam.send(new GetRoleCommand({ RoleName }))).Role?.Description;
    };
    await update(role("Changed", "first"), role("Removed", "first"));
    expect([await described("Changed"), await described("Removed")]).toEqual(["first", "first"]);
    await update(role("Changed", "second"));
    expect(await described("Changed")).toBe("second");
    await expect(described("Removed")).rejects.toThrow("Removed");
  }, 300_000);

  it("destroys every role with cdk destroy", async () => {
    await deployment.destroyStacks();
    for (const { account, roleName } of deployment.manifest.roles) {
      const iam = new IAMClient(await deployment.inAccount(account));
      await expect(iam.send(new GetRoleCommand({ RoleName: roleName }))).rejects.toThrow(roleName);
    }
  });
});
