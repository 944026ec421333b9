import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifest, type Manifest, masterRoleArn } from "@agent-roles/manifest";
import { cdk, type CdkOptions } from "./cdk.ts";
import { cleanEnv } from "./clean-env.ts";
import { agentRoles } from "./in-process.ts";
import { assume, type ClientConfig, clientConfig } from "./client-config.ts";
import { retry } from "./retry.ts";
import type { Target } from "./target.ts";
import { testManifest } from "./test-manifest.ts";

/** The manifest, deployed: where the roles are, and the credentials of each caller. */
export interface Deployment {
  readonly target: Target;
  readonly manifest: Manifest;
  readonly manifestFile: string;
  /** The assembly, with `agent-roles.env` in it. */
  readonly cdkOut: string;
  /** The environment of who deploys. */
  readonly deployer: Readonly<Record<string, string>>;
  /** The environment of an agent that starts as the master role, with a new home of its own. */
  agent(): Promise<Record<string, string>>;
  /** What an SDK client needs to act as the deployer in one of the accounts. */
  inAccount(accountId: string): Promise<ClientConfig>;
  /** Deploys an edited manifest over the present one, in place. */
  update(edit: (manifest: string) => string): Promise<void>;
  /** Removes the stacks. */
  destroyStacks(): Promise<void>;
  /** Leaves nothing on this machine and in real accounts. A sandbox ends with its stacks. */
  close(): Promise<void>;
}

export interface DeployOptions {
  /** Changes the manifest. */
  readonly edit?: (manifest: string) => string;
  /** Called with what `agent-roles deploy` prints. */
  readonly output?: (text: string) => void;
  /** Deploys with the CDK's own command line, two processes, instead of `agent-roles deploy` in this one. */
  readonly cdk?: boolean;
}

/** Nobody is there to approve; plain lines instead of a bar. */
const DEPLOY = ["deploy", "--all", "--concurrency", "10", "--require-approval", "never", "--progress", "events"];

/** Deploys `agent-roles.yaml` to a sandbox or to real accounts. Closes the target when that fails. */
export async function deploy(target: Target, options: DeployOptions = {}): Promise<Deployment> {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-test-"));
  const manifestFile = join(directory, "agent-roles.yaml");
  const cdkOut = join(directory, "cdk.out");
  let homes = 0;
  const home = async (): Promise<string> => {
    homes += 1;
    const path = join(directory, `home-${homes}`);
    await mkdir(path);
    return path;
  };
  const deployer = { ...cleanEnv(await home()), AWS_REGION: "us-east-1", ...target.deployer };
  const stackPrefix = target.suffix && `test${target.suffix}-`;
  const stacks = (options.cdk ? cdkStacks : ownStacks)({ env: deployer, manifestFile, cdkOut, stackPrefix }, options);
  const close = async (): Promise<void> => {
    try {
      if (target.kind === "aws") await stacks.destroy();
    } finally {
      await target.close();
      await rm(directory, { recursive: true, force: true });
    }
  };
  try {
    const { edit: change = (text: string): string => text } = options;
    await writeFile(manifestFile, change(await testManifest(target)));
    const manifest = await loadManifest(manifestFile);
    await stacks.deploy();
    const update = async (edit: (manifest: string) => string): Promise<void> => {
      await writeFile(manifestFile, edit(await readFile(manifestFile, "utf8")));
      await stacks.deploy();
    };
    const agent = async (): Promise<Record<string, string>> => ({
      ...cleanEnv(await home()),
      ...endpointOf(deployer),
      ...(await masterKeys(deployer, masterRoleArn(manifest).arn)),
    });
    const inAccount = async (accountId: string): Promise<ClientConfig> => {
      const roleArn = `arn:${manifest.partition}:iam::${accountId}:role/${manifest.deployRoleName}`;
      const config = clientConfig(deployer);
      // The management account itself has no such role on real AWS; its deployer is there already.
      if (accountId === target.masterAccount) return config;
      return { ...config, credentials: await assume(config, roleArn, "test") };
    };
    const destroyStacks = stacks.destroy;
    return { target, manifest, manifestFile, cdkOut, deployer, agent, inAccount, update, destroyStacks, close };
  } catch (error) {
    // The first failure is the one to report.
    await close().catch(() => undefined);
    throw error;
  }
}

interface Stacks {
  readonly deploy: () => Promise<void>;
  readonly destroy: () => Promise<void>;
}

function cdkStacks(options: CdkOptions): Stacks {
  return {
    deploy: () => cdk(DEPLOY, options),
    // What was deployed, without another synthesis.
    destroy: () => cdk(["destroy", "--all", "--force", "--app", options.cdkOut], options),
  };
}

function ownStacks({ env, manifestFile, cdkOut, stackPrefix }: CdkOptions, { output }: DeployOptions): Stacks {
  const flags = [
    "--manifest",
    manifestFile,
    "--output",
    cdkOut,
    ...(stackPrefix ? ["--stack-prefix", stackPrefix] : []),
  ];
  const run = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, stdout, stderr } = await agentRoles([...args, ...flags], env);
    if (exitCode !== 0) throw new Error(`agent-roles ${args.join(" ")}: ${stdout}${stderr}`);
    output?.(stdout);
  };
  return { deploy: () => run("deploy"), destroy: () => run("destroy", "--yes") };
}

/** What says where AWS is, without who calls. */
function endpointOf(env: Readonly<Record<string, string>>): Record<string, string> {
  const names = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED"];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])));
}

/** A session of the master role, as the variables that the agent's SDK reads. */
async function masterKeys(
  deployer: Readonly<Record<string, string>>,
  roleArn: string,
): Promise<Record<string, string>> {
  // A new role takes some seconds until every part of AWS knows it.
  const keys = await retry(() => assume(clientConfig(deployer), roleArn, "agent"));
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
  };
}
