import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "@agent-roles/sandbox";
import { cleanEnv } from "../harness/clean-env.ts";
import { assume, createAgent, createTarget, MASTER, trusts } from "../sandbox/fixture.ts";

type Env = Readonly<Record<string, string>>;

/** A local AWS with a master role and two target roles. The first allows session tags and a source identity. */
export interface Fixture {
  /** Of an agent that starts as the master role, with a new home and the profiles First and Second. */
  readonly agent: () => Promise<Env>;
  /** Of a program that knows where AWS is, and nothing else. */
  readonly outsider: () => Promise<Env>;
  readonly close: () => Promise<void>;
}

/** Starts the local AWS and makes the roles. */
export async function openFixture(): Promise<Fixture> {
  const sandbox = await startSandbox();
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-doors-"));
  const master = await createAgent(sandbox);
  const roles = {
    AWS_ROLE_1: `${await createTarget(sandbox, "FirstRole", trusts({ Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] }))}:First`,
    AWS_ROLE_2: `${await createTarget(sandbox, "SecondRole")}:Second`,
  };
  const outsider = async (): Promise<Env> => ({
    ...cleanEnv(await mkdtemp(join(directory, "home-"))),
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  return {
    outsider,
    agent: async () => {
      const keys = await assume(sandbox.endpoint, sandbox.admin(MASTER), master);
      return {
        ...(await outsider()),
        ...roles,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken ?? "",
      };
    },
    close: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The ARN of a session of one of the target roles. */
export function sessionOf(name: "First" | "Second"): RegExp {
  return new RegExp(`^arn:aws:sts::\\d{12}:assumed-role/${name}Role/`);
}
