import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { maskKeyId } from "@agent-roles/runtime/cache";
import { readSharedProfiles } from "@agent-roles/runtime/stores";
import pc from "picocolors";
import { agentRoles, type Running, startAgentRoles } from "../harness/agent-roles.ts";
import { profileClients } from "../harness/clients.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { openTarget } from "../harness/target.ts";
import { changedEnvFile } from "../harness/changed-env-file.ts";
import { REAL_AWS } from "./real-aws.ts";
import { type Screen, screen } from "./screen.ts";
import { taskScene, THIRD_ACCOUNT, withThirdAccount } from "./tasks.ts";

export interface DemoOptions {
  readonly write: (text: string) => void;
  readonly openTarget: typeof openTarget;
  readonly signal: AbortSignal;
}

/** Long enough for a look at it, short enough to wait for: a session rotates at half-life. */
const SHORT_SESSION_SECONDS = 16;
const SHORT_ROLE = "MySecondRole";
const SHORT_PROFILE = "MySecondAccount";

type Env = Readonly<Record<string, string>>;

/**
 * The main job from end to end, for a person to watch. Leaves no process and no file, also when it is stopped.
 *
 * @throws when a step does not do what it is there to show.
 */
export async function demo({ write, openTarget: open, signal }: DemoOptions): Promise<void> {
  const began = Date.now();
  const show = screen(12, write);
  show.say(
    "One agent, three AWS roles in three accounts. Everything happens in a local AWS and a temporary directory; your ~/.aws is not touched.",
  );
  const target = await show.step("Start the sandbox: a local AWS that enforces trust", async () => {
    const opened = await open((message) => show.line(message), [THIRD_ACCOUNT]);
    show.line(`accounts ${opened.sandbox?.accounts.join(", ")} at ${opened.sandbox?.endpoint}`);
    return opened;
  });
  const deployment = await show.step("The master role and the target roles, deployed into each account", () => {
    show.command("agent-roles deploy");
    return deploy(target, { edit: withThirdAccount, output: (text) => show.line(text) });
  });
  let run: Running | undefined;
  signal.addEventListener("abort", () => void deployment.close(), { once: true });
  try {
    const envFile = join(deployment.cdkOut, "agent-roles.env");
    const agent = await deployment.agent();
    await show.step("The AWS_ROLE_N values, written to cdk.out/agent-roles.env", async () => {
      show.line((await readFile(envFile, "utf8")).trimEnd());
    });
    // One role's sessions are short, so that its rotation can be watched.
    target.sandbox?.faults({ sessionLifetimeSeconds: SHORT_SESSION_SECONDS, roleNames: [SHORT_ROLE] });
    run = await show.step("agent-roles run, as the master role", () => startRun(show, agent, envFile));
    await show.step("agent-roles list", () => list(show, agent, envFile));
    await show.step("Who is each profile? Any AWS client reads them", () => identities(show, deployment, agent));
    await show.step(`Rotation: ${SHORT_PROFILE} got a session of ${SHORT_SESSION_SECONDS} seconds`, () =>
      rotation(show, agent),
    );
    await show.step("A wrong external ID is refused, and the profile gets nothing", () => refusal(show, deployment));
    const { sandbox } = target;
    if (sandbox) {
      // Its calls are no part of the audit trail that follows.
      await run.stop("SIGTERM");
      run = undefined;
      sandbox.faults({});
      const tasks = await taskScene(show, { deployment, agent, sandbox });
      await show.step("Two tasks of the agent: each session carries its task and the person who asked", tasks.open);
      await show.step("A read-only task: AWS refuses its write", tasks.write);
      await show.step("A sub-agent, narrowed to one bucket for a minute", tasks.narrow);
      await show.step("The audit trail: who was it?", tasks.audit);
      await tasks.end();
    }
    show.say(`\n${pc.green("Done")} in ${Math.round((Date.now() - began) / 1_000)} s. ${REAL_AWS}`);
  } finally {
    await run?.stop("SIGTERM");
    await deployment.close();
  }
}

async function startRun(show: Screen, agent: Env, envFile: string): Promise<Running> {
  show.command("agent-roles run --env-file cdk.out/agent-roles.env");
  const run = startAgentRoles(["run", "--env-file", envFile], agent);
  await new Promise<void>((resolve, reject) => {
    let filled = false;
    run.onLine((line) => {
      if (!filled) show.line(line);
      if (!line.includes("  stored  ")) return;
      filled = true;
      resolve();
    });
    run.ended.then(({ stdout, stderr }) => reject(new Error(`agent-roles run ended:\n${stdout}\n${stderr}`)), reject);
  });
  return run;
}

async function list(show: Screen, agent: Env, envFile: string): Promise<void> {
  show.command("agent-roles list --env-file cdk.out/agent-roles.env");
  show.line(expectCode(await agentRoles(["list", "--env-file", envFile], agent), 0));
}

async function identities(show: Screen, { manifest }: Deployment, agent: Env): Promise<void> {
  const installed = (await profileClients()).filter(({ missing }) => missing === undefined);
  const client = installed.find(({ name }) => name === "AWS CLI") ?? installed.at(-1);
  if (!client) throw new Error("no AWS client was found");
  for (const { profile } of manifest.roles) {
    if (client.name === "AWS CLI") show.command(`aws sts get-caller-identity --query Arn --profile ${profile}`);
    else show.command(`(${client.name}: fromIni, GetCallerIdentity) ${profile}`);
    show.line(await client.arn(profile, agent));
  }
}

async function rotation(show: Screen, agent: Env): Promise<void> {
  const credentials = async (): Promise<{ key: string; until: string }> => {
    const { managed } = await readSharedProfiles(agent);
    const found = managed.find(({ profile }) => profile === SHORT_PROFILE)?.credentials;
    if (!found) throw new Error(`${SHORT_PROFILE} has no credentials`);
    return { key: maskKeyId(found.accessKeyId), until: found.expiration.toISOString() };
  };
  const old = await credentials();
  show.line(`old  ${old.key}  expires ${old.until}`);
  // At half-life; much later on a busy machine.
  for (const end = Date.now() + SHORT_SESSION_SECONDS * 10_000; Date.now() < end;) {
    const now = await credentials();
    if (now.key !== old.key) {
      show.line(`new  ${now.key}  expires ${now.until}`);
      return;
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 200);
    });
  }
  throw new Error(`${SHORT_PROFILE} did not rotate`);
}

async function refusal(show: Screen, deployment: Deployment): Promise<void> {
  const file = await changedEnvFile(deployment.cdkOut, { AWS_ROLE_3_EXTERNAL_ID: "somebody-else" });
  show.command("AWS_ROLE_3_EXTERNAL_ID=somebody-else agent-roles run --once");
  const finished = await agentRoles(["run", "--once", "--env-file", file], await deployment.agent());
  show.line(expectCode(finished, 1));
  show.line(finished.stderr);
}

function expectCode(
  { exitCode, stdout, stderr }: { exitCode?: number; stdout: string; stderr: string },
  code: number,
): string {
  if (exitCode === code) return stdout;
  throw new Error(`exit code ${exitCode}, expected ${code}:\n${stdout}\n${stderr}`);
}
