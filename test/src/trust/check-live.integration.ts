import { join } from "node:path";
import { GetRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Finished } from "../harness/agent-roles.ts";
import { agentRoles } from "../harness/in-process.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { type RecordingProxy, recordingProxy } from "../harness/recording-proxy.ts";
import { openTarget } from "../harness/target.ts";

const BOTH = ["--profile", "MyFirstAccount", "--profile", "MySecondAccount"];
const READS = ["AssumeRole", "GetAccountAuthorizationDetails", "ListRoles"];
const REFUSED = { status: 403, code: "AccessDenied" };

let deployment: Deployment;
let proxy: RecordingProxy;
let agent: Record<string, string>;
let common: string[];

beforeAll(async () => {
  deployment = await deploy(await openTarget());
  const home = await deployment.agent();
  proxy = await recordingProxy(home["AWS_ENDPOINT_URL"] ?? "");
  agent = { ...home, AWS_ENDPOINT_URL: proxy.endpoint };
  common = ["--manifest", deployment.manifestFile, "--env-file", join(deployment.cdkOut, "agent-roles.env")];
});
afterAll(async () => {
  await proxy?.close();
  await deployment?.close();
});
beforeEach(() => {
  proxy.actions.length = 0;
});

const live = (...argv: string[]): Promise<Finished> => agentRoles(["check", "--live", ...argv, ...common], agent);

interface Found {
  readonly findings: readonly { readonly id: string; readonly severity: string; readonly role: string }[];
  readonly changes?: readonly { readonly kind: string; readonly from: string; readonly to: string }[];
  readonly summary: { readonly failed: number; readonly roles: number; readonly liveAccounts: number };
}

async function found(...argv: string[]): Promise<Found & { readonly exitCode: number | undefined }> {
  const { exitCode, stdout, stderr } = await live("--json", ...argv);
  if (stdout === "") throw new Error(stderr);
  const report: Found = JSON.parse(stdout);
  return { exitCode, ...report };
}

/** Adds a statement to the trust policy of a deployed role. @returns what heals it. */
async function plant(account: string, roleName: string, statement: object): Promise<() => Promise<void>> {
  const client = new IAMClient(await deployment.inAccount(account));
  const { Role: role } = await client.send(new GetRoleCommand({ RoleName: roleName }));
  const healthy = decodeURIComponent(role?.AssumeRolePolicyDocument ?? "");
  const write = async (document: string): Promise<void> => {
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: document }));
  };
  const policy: { readonly Statement: readonly object[] } = JSON.parse(healthy);
  await write(JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] }));
  return () => write(healthy);
}

const ANYONE = { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" };
const PARTNER = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "sts:AssumeRole" };

describe("agent-roles check --live", () => {
  it("finds nothing wrong in what was deployed, and only reads", async () => {
    const { exitCode, summary, findings } = await found(...BOTH);
    expect(
      { exitCode, failed: summary.failed, liveAccounts: summary.liveAccounts },
      JSON.stringify(findings, null, 1),
    ).toEqual({
      exitCode: 0,
      failed: 0,
      liveAccounts: 2,
    });
    expect([...new Set(proxy.actions)].toSorted()).toEqual(READS);
  });

  it("finds what was planted in one of several accounts, and is clean when it is healed", async () => {
    const heal = await plant("123456789013", "MySecondRole", ANYONE);
    const { exitCode, findings } = await found(...BOTH);
    await heal();
    expect(exitCode).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: "wildcard-principal",
        role: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole",
      }),
    );
    expect((await found(...BOTH)).exitCode).toBe(0);
  });

  it("finds a confused deputy with the credentials of one profile, and reports it as new access compared with the templates", async () => {
    const heal = await plant("123456789013", "MySecondRole", PARTNER);
    const { exitCode, findings, changes, summary } = await found(
      "--profile",
      "MySecondAccount",
      "--against",
      deployment.cdkOut,
    );
    await heal();
    expect(exitCode).toBe(1);
    expect(summary.liveAccounts).toBe(1);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["third-party-without-external-id", "unknown-account"]),
    );
    expect(changes).toContainEqual(expect.objectContaining({ kind: "new", from: "arn:aws:iam::999999999999:root" }));
  });

  it("reports no change for roles that are deployed as the templates beside them say", async () => {
    const { changes } = await found(...BOTH, deployment.cdkOut, "--against", deployment.cdkOut);
    // The organization's own role is in no template.
    expect(
      changes?.filter(({ from, to }) => ![from, to].some((arn) => arn.endsWith("/OrganizationAccountAccessRole"))),
    ).toEqual([]);
  });

  it("reads the account whose credentials are in use when no profile is named", async () => {
    // The master role can only assume roles.
    const administrator = { ...deployment.deployer, AWS_ENDPOINT_URL: proxy.endpoint };
    const { exitCode, stdout, stderr } = await agentRoles(["check", "--live", ...common], administrator);
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain("of 1 live account");
    expect(stderr).toContain(
      "account 123456789013 is proven: the account was not read; add --profile with a profile of it",
    );
    expect(proxy.actions).not.toContain("AssumeRole");
  });
});

it("explains and draws what is live", async () => {
  const from = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";
  const to = "arn:aws:iam::123456789013:role/agent-roles/MyThirdRole";
  const argv = ["--live", ...BOTH, ...common];
  const heal = await plant("123456789013", "MyThirdRole", { ...ANYONE, Effect: "Deny" });
  const denied = await agentRoles(["explain", "--from", from, "--to", to, ...argv], agent);
  await heal();
  expect(denied.exitCode, denied.stderr).toBe(1);
  expect(denied.stdout).toMatch(/^DENIED/);
  const allowed = await agentRoles(["explain", "--from", from, "--to", to, ...argv], agent);
  expect(allowed.exitCode, allowed.stdout + allowed.stderr).toBe(0);
  const { stdout } = await agentRoles(["graph", ...argv], agent);
  for (const word of ["agent-master", "MyThirdRole", "OrganizationAccountAccessRole"]) expect(stdout).toContain(word);
});

describe("agent-roles check --live, when it cannot read,", () => {
  it.each([
    ["may not read", REFUSED, "AccessDenied", "SecurityAudit"],
    ["is throttled", { status: 400, code: "Throttling" }, "Throttling", "try again in a minute"],
    ["has expired", { status: 403, code: "ExpiredToken" }, "ExpiredToken", "get new credentials"],
  ])("ends with 2 and the fix when the caller %s", async (_, error, code, fix) => {
    proxy.refuse("GetAccountAuthorizationDetails", error);
    const { exitCode, stdout, stderr } = await live("--profile", "MyFirstAccount", "--profile", "MySecondAccount");
    proxy.refuse("GetAccountAuthorizationDetails", undefined);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr).toContain("live: profile MySecondAccount: the account cannot be read: ");
    expect(stderr).toContain(code);
    expect(stderr).toContain(fix);
  });

  it("ends with 2 and the fix when there are no credentials", async () => {
    const { exitCode, stderr } = await agentRoles(["check", "--live", ...common], {
      ...agent,
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_SESSION_TOKEN: "",
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("set AWS_PROFILE or AWS_ACCESS_KEY_ID");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("ends with 2 and the fix when the master cannot assume the profile's role", async () => {
    proxy.refuse("AssumeRole", REFUSED);
    const { exitCode, stderr } = await live("--profile", "MySecondAccount");
    proxy.refuse("AssumeRole", undefined);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("live: profile MySecondAccount: ");
  });

  it("ends with 2 and the fix when the endpoint does not answer", async () => {
    const { exitCode, stderr } = await agentRoles(["check", "--live", ...common], {
      ...agent,
      AWS_ENDPOINT_URL: "http://localhost:9",
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("AWS_ENDPOINT_URL");
  });
});

it("goes on without the longest sessions where roles may not be listed", async () => {
  proxy.refuse("ListRoles", REFUSED);
  const { exitCode, findings } = await found("--profile", "MySecondAccount");
  proxy.refuse("ListRoles", undefined);
  expect(exitCode).toBe(0);
  expect(findings).toContainEqual(expect.objectContaining({ id: "unknown-value" }));
});
