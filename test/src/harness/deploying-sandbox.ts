import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { cleanEnv } from "./clean-env.ts";

/** A sandbox, and who deploys to it: a directory for the manifest, which is the home as well, and the environment. */
export interface DeployingSandbox {
  readonly sandbox: Sandbox;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Starts a sandbox of these accounts. The deployer is the administrator of the first one. */
export async function deployingSandbox(accounts: readonly string[]): Promise<DeployingSandbox> {
  const sandbox = await startSandbox({ accounts });
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-deploying-"));
  const env = { ...cleanEnv(directory), AWS_REGION: "us-east-1", ...sandbox.env() };
  const close = async (): Promise<void> => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { sandbox, directory, env, close };
}
