import { appendFile, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseEnv } from "node:util";
import { parseRoleEnv } from "@agent-roles/runtime";
import { readSharedProfiles } from "@agent-roles/runtime/stores";
import type { Faults } from "@agent-roles/sandbox";
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentRoles, type Running, startAgentRoles } from "./harness/agent-roles.ts";
import { profileClients, sdkArn } from "./harness/clients.ts";
import { deploy, type Deployment } from "./harness/deployment.ts";
import { retry } from "./harness/retry.ts";
import { openTarget } from "./harness/target.ts";

const isLocal = (process.env["SANDBOX"] ?? "local") === "local";
const SESSION_SECONDS = 14;
/** Sessions as short as these rotate at half-life. */
const HALF_LIFE_MS = (SESSION_SECONDS * 1_000) / 2;

let deployment: Deployment;
let envFile: string;

/** What is wrong with AWS from now on, beside its short sessions. */
function faults(more: Faults): void {
  deployment.target.sandbox?.faults({ sessionLifetimeSeconds: SESSION_SECONDS, ...more });
}

/** The AssumeRole calls of a role so far. */
function callsOf(arn: string | undefined) {
  const calls = deployment.target.sandbox?.calls() ?? [];
  return calls.filter(({ action, roleArn }) => action === "AssumeRole" && roleArn === arn);
}

/** So long that no machine is slow enough to let one end while AWS fails. */
const STORM_SESSION_SECONDS = 240;

/** What goes wrong while the roles are due, one after the other, and the code that each role reports then. */
const STORMS: readonly (readonly (readonly [Faults, string])[])[] = [
  [
    [{ unavailable: true }, "Unavailable"],
    [{ throttle: true }, "Throttled"],
  ],
  [
    [{ throttle: true }, "Throttled"],
    [{ outage: true }, "Unavailable"],
  ],
];
/** Of the manifest. */
const PROFILES = ["MyFirstAccount", "MySecondAccount", "MyThirdAccount"];

/** An agent of its own, all profiles there; stopped in order at the end. */
async function running(
  { file = envFile, first = {} }: { readonly file?: string; readonly first?: Faults },
  work: (env: Record<string, string>, run: Running, lines: string[]) => Promise<void>,
) {
  // The master's own session is not to be a short one.
  const env = await deployment.agent();
  faults(first);
  const run = startAgentRoles(["run", "--json", "--env-file", file], { ...env, AWS_MAX_ATTEMPTS: "1" });
  const lines: string[] = [];
  run.onLine((line) => lines.push(line));
  try {
    await retry(() => sdkArn("MySecondAccount", env));
    await work(env, run, lines);
  } catch (error) {
    throw new Error(`the last that it said:\n${lines.slice(-9).join("\n")}`, { cause: error });
  } finally {
    deployment.target.sandbox?.faults({});
    expect((await run.stop("SIGTERM")).exitCode).toBe(0);
  }
}

// Real accounts issue no session under 900 seconds, and have no faults on request.
describe.runIf(isLocal)("agent-roles run with sessions of seconds", () => {
  beforeAll(async () => {
    deployment = await deploy(await openTarget());
    envFile = join(deployment.cdkOut, "agent-roles.env");
  });
  afterAll(async () => {
    await deployment?.close();
  });

  it("leaves nothing expired in the file and fails no client, whatever goes wrong for less than the margin, and stops at once", async () => {
    const file = join(deployment.cdkOut, "storm.env");
    const roles = await readFile(envFile, "utf8");
    await writeFile(file, roles);
    const arn = parseRoleEnv(parseEnv(roles)).roles[0]?.role.arn;
    const sessionLifetimeSeconds = STORM_SESSION_SECONDS;
    let clockOffsetMs = 0;
    await running({ file, first: { sessionLifetimeSeconds } }, async (env, run, lines) => {
      const over = new AbortController();
      type Seen = readonly { event: string; code?: string; profile?: string; profiles?: readonly string[] }[];
      /** Waits until this has happened to each role since a line. */
      const each = (has: (profile: string, seen: Seen) => boolean, begin: number): Promise<void> =>
        retry(async () => {
          const seen: Seen = lines.slice(begin).map((line) => JSON.parse(line));
          expect(PROFILES.filter((profile) => has(profile, seen))).toEqual(PROFILES);
        });
      const isStored = (profile: string, seen: Seen): boolean => {
        const assumed = seen.findLastIndex((line) => line.event === "assumed" && line.profile === profile);
        return (
          assumed >= 0 &&
          seen.slice(assumed).some((line) => line.event === "stored" && line.profiles?.includes(profile))
        );
      };
      const weather = async (): Promise<void> => {
        for (const [index, storm] of STORMS.entries()) {
          // More than half of the sessions is over at once. The answer for another role, though it fails, says so.
          clockOffsetMs += STORM_SESSION_SECONDS * 500 + 1_000;
          await writeFile(file, `${roles}\nAWS_ROLE_9=${arn}:Probe\nAWS_ROLE_9_DURATION_SECONDS=${900 + index}\n`);
          for (const [fault, code] of storm) {
            const begin = lines.length;
            faults({ ...fault, sessionLifetimeSeconds, clockOffsetMs });
            run.signal("SIGHUP");
            await each((profile, seen) => seen.some((line) => line.profile === profile && line.code === code), begin);
          }
          const end = lines.length;
          faults({ latencyMs: 900, sessionLifetimeSeconds, clockOffsetMs });
          await each(isStored, end);
        }
      };
      const expired: string[] = [];
      const watch = async (): Promise<void> => {
        for (; !over.signal.aborted; await setTimeout(200)) {
          const now = Date.now() + clockOffsetMs;
          const { managed } = await readSharedProfiles(env);
          expired.push(
            ...managed
              .filter(({ credentials }) => credentials.expiration.getTime() <= now)
              .map(({ profile }) => profile),
          );
        }
      };
      const call = async (): Promise<void> => {
        for (; !over.signal.aborted; await setTimeout(500)) {
          const arns = await Promise.all(clients.map(({ arn: callAs }) => callAs("MyFirstAccount", env)));
          for (const caller of arns) expect(caller).toContain("assumed-role/MyFirstRole");
        }
      };
      const clients = (await profileClients()).filter(({ missing }) => missing === undefined);
      await Promise.all([weather().finally(() => over.abort()), watch(), call()]);
      expect(expired).toEqual([]);
      const codes = new Set(lines.map((line) => JSON.parse(line).code));
      expect(codes).toEqual(new Set([undefined, "Throttled", "Unavailable"]));
      const end = lines.length;
      faults({ latencyMs: 60_000, clockOffsetMs });
      await writeFile(file, `${roles}\nAWS_ROLE_9=${arn}:Probe\n`);
      run.signal("SIGHUP");
      await retry(async () => expect(lines.slice(end).join("\n")).toContain('"rolesChanged"'));
      expect(await run.stop("SIGTERM")).toMatchObject({ exitCode: 0 });
      // It has not waited until it gives up the call in flight.
      expect(lines.slice(end).join("\n")).not.toContain('"assumeFailed"');
    });
  }, 240_000);

  it.each([7, -7])(
    "follows AWS's clock, which is %i minutes off this machine's",
    async (minutes) => {
      const { roles } = parseRoleEnv(parseEnv(await readFile(envFile, "utf8")));
      const arn = roles.find(({ profile }) => profile === "MySecondAccount")?.role.arn;
      const begin = callsOf(arn).length;
      await running({ first: { clockOffsetMs: minutes * 60_000 } }, async (env, _run, lines) => {
        const offsetMs = minutes * 60_000;
        const issued = () =>
          callsOf(arn)
            .slice(begin)
            .filter(({ outcome }) => outcome === "ok");
        // The sandbox refuses a session that AWS's clock calls expired.
        for (; issued().length < 3; await setTimeout(500)) {
          expect(await sdkArn("MySecondAccount", env)).toContain("assumed-role/");
        }
        // As AWS has seen it, however late the answers were read: rounded to seconds, and spread by a sixtieth.
        const pauses = issued().flatMap(({ at }, index, all) => (index > 0 ? [at - (all[index - 1]?.at ?? 0)] : []));
        expect(Math.min(...pauses)).toBeGreaterThan(HALF_LIFE_MS - 1_500);
        const skew = lines.map((line) => JSON.parse(line)).find(({ event }) => event === "clockSkew");
        // The answer was given after the call came, and before the event. Its date is the middle of its second.
        expect(skew.offsetMs).toBeLessThanOrEqual(offsetMs + 500);
        expect(skew.offsetMs).toBeGreaterThanOrEqual((callsOf(arn)[begin]?.at ?? 0) - Date.parse(skew.time) - 500);
      });
    },
    120_000,
  );

  it("takes roles that come and go in its env file, at once on SIGHUP", async () => {
    const file = join(deployment.cdkOut, "changing.env");
    await copyFile(envFile, file);
    await running({ file }, async (env, run, lines) => {
      const second = /^AWS_ROLE_2="?([^"\n]*?):[^:"\n]*"?$/m.exec(await readFile(file, "utf8"))?.[1];
      await appendFile(file, `\nAWS_ROLE_4=${second}:Another\n`);
      run.signal("SIGHUP");
      await retry(async () => expect(await sdkArn("Another", env)).toContain("assumed-role/"));
      await copyFile(envFile, file);
      run.signal("SIGHUP");
      await retry(async () => {
        expect((await readSharedProfiles(env)).managed.map(({ profile }) => profile)).not.toContain("Another");
      });
      const events = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "rolesChanged");
      expect(events).toMatchObject([{ added: ["Another"] }, { removed: ["Another"] }]);
    });
  }, 120_000);

  it("takes its roles from a secret of the master's account, and a new version of it on SIGHUP", async () => {
    const { roles } = parseRoleEnv(parseEnv(await readFile(envFile, "utf8")));
    const secret = (profiles: readonly string[]): string => {
      const declared = profiles.map((profile, index): [string, string] => {
        const role = roles.find((target) => target.profile === "MySecondAccount");
        return [`AWS_ROLE_${index + 1}`, `${role?.role.arn}:${profile}`];
      });
      return JSON.stringify(Object.fromEntries(declared));
    };
    const secrets = new SecretsManagerClient(await deployment.inAccount(deployment.target.masterAccount));
    const SecretId = "agent/roles";
    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: secret(["MySecondAccount"]) }));
    const file = join(deployment.cdkOut, "secret.env");
    await writeFile(file, `AGENT_ROLES_SECRET_ID=${SecretId}\n`);
    await running({ file }, async (env, run) => {
      const profiles = async () => (await readSharedProfiles(env)).managed.map(({ profile }) => profile);
      expect(await profiles()).toEqual(["MySecondAccount"]);
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: secret(["MySecondAccount", "Another"]) }));
      run.signal("SIGHUP");
      await retry(async () => expect(await profiles()).toEqual(["MySecondAccount", "Another"]));
      const list = await agentRoles(["list", "--json", "--env-file", file], env);
      expect(JSON.parse(list.stdout)).toMatchObject([{ profile: "MySecondAccount" }, { profile: "Another" }]);
    });
    secrets.destroy();
  }, 120_000);
});
