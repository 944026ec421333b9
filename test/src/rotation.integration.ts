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
import { sdkArn } from "./harness/clients.ts";
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

/** What goes wrong in turn, and the code that a rotation reports then; a late answer has none. */
const STORM: readonly (readonly [Faults, string?])[] = [
  [{ throttle: 5 }, "Throttled"],
  [{ latencyMs: 900 }],
  [{ unavailable: 4 }, "Unavailable"],
  [{ outage: true }, "Unavailable"],
  [{ throttle: true }, "Throttled"],
];

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

  it("leaves nothing expired in the file and fails no caller, whatever goes wrong for less than the margin", async () => {
    await running({}, async (env, _run, lines) => {
      const over = new AbortController();
      const since = (from: number) => lines.slice(from).map((line) => JSON.parse(line));
      // Each fault lasts until a rotation met it and one second more, and the next waits until all profiles are well again.
      const weather = async (): Promise<void> => {
        for (const [fault, code] of STORM) {
          const begin = lines.length;
          faults(fault);
          const met = expect.objectContaining(code ? { code } : { event: "assumed" });
          await retry(async () => expect(since(begin)).toContainEqual(met));
          await setTimeout(1_000);
          const end = lines.length;
          faults({});
          const well = () =>
            new Set(since(end).flatMap(({ event, profile }) => (event === "assumed" ? [profile] : [])));
          await retry(async () => expect(well().size).toBe(3));
        }
      };
      const expired: string[] = [];
      const watch = async (): Promise<void> => {
        for (; !over.signal.aborted; await setTimeout(200)) {
          const { managed } = await readSharedProfiles(env);
          const now = Date.now();
          expired.push(
            ...managed
              .filter(({ credentials }) => credentials.expiration.getTime() <= now)
              .map(({ profile }) => profile),
          );
        }
      };
      const call = async (): Promise<void> => {
        for (; !over.signal.aborted; await setTimeout(500)) {
          expect(await sdkArn("MyFirstAccount", env)).toContain("assumed-role/");
        }
      };
      await Promise.all([weather().finally(() => over.abort()), watch(), call()]);
      expect(expired).toEqual([]);
      const codes = new Set(since(0).map(({ code }) => code));
      expect(codes).toEqual(new Set([undefined, "Throttled", "Unavailable"]));
    });
  }, 240_000);

  it.each([7, -7])(
    "follows AWS's clock, which is %i minutes off this machine's",
    async (minutes) => {
      await running({ first: { clockOffsetMs: minutes * 60_000 } }, async (env, _run, lines) => {
        const events = () => lines.map((line) => JSON.parse(line));
        const times = () =>
          events().flatMap(({ event, profile, time }) =>
            event === "assumed" && profile === "MySecondAccount" ? [Date.parse(time)] : [],
          );
        // The sandbox refuses a session that AWS's clock calls expired.
        for (; times().length < 3; await setTimeout(500)) {
          expect(await sdkArn("MySecondAccount", env)).toContain("assumed-role/");
        }
        const pauses = times().flatMap((time, index, all) => (index > 0 ? [time - (all[index - 1] ?? 0)] : []));
        // Without AWS's clock the session would be due at once, or never: a busy machine shortens a pause, too.
        expect(Math.min(...pauses)).toBeGreaterThan(HALF_LIFE_MS / 4);
        const offset = events().find(({ event }) => event === "clockSkew")?.offsetMs;
        expect(Math.abs(offset - minutes * 60_000)).toBeLessThan(60_000);
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
