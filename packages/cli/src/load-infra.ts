import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Manifest } from "@agent-roles/manifest";
import type { httpHandler } from "@agent-roles/runtime";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { UsageError } from "./usage-error.ts";

/** What happened to one stack, as `@agent-roles/infra` gives it. */
export interface StackResult {
  readonly account: string;
  readonly stack: string;
  readonly status: "deployed" | "destroyed" | "changed" | "unchanged" | "failed" | "skipped";
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
  readonly changes?: readonly string[];
}

interface FleetStack {
  readonly account: string;
  readonly stack: string;
}

export interface FleetOptions {
  readonly region: string;
  readonly directory: string;
  readonly stackPrefix?: string;
  readonly accounts?: readonly string[];
  readonly concurrency?: number;
  readonly requestHandler: ReturnType<typeof httpHandler>;
  readonly signal?: AbortSignal;
  readonly onResult?: (result: StackResult, progress: { readonly done: number; readonly total: number }) => void;
  readonly onWarning?: (warning: Diagnostic) => void;
}

interface RevokeOptions {
  readonly profiles?: readonly string[];
  readonly isUndo?: boolean;
  readonly now: Date;
  readonly region: string;
  readonly requestHandler: ReturnType<typeof httpHandler>;
  readonly signal?: AbortSignal;
  readonly onResult?: (result: RevokeResult, progress: { readonly done: number; readonly total: number }) => void;
}

interface RevokeResult {
  readonly profile: string;
  readonly account: string;
  readonly status: string;
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
}

interface TemplateOptions {
  readonly format: "cloudformation" | "terraform";
  readonly account: string;
  readonly region: string;
}

type FleetAction = (manifest: Manifest, options: FleetOptions) => Promise<StackResult[]>;

/** The part of `@agent-roles/infra` that commands use. It is not a dependency, because the CDK's libraries have over 100 MB. */
export interface Infra {
  readonly deployFleet: FleetAction;
  readonly diffFleet: FleetAction;
  readonly destroyFleet: (
    manifest: Manifest,
    options: FleetOptions,
    only?: readonly FleetStack[],
  ) => Promise<StackResult[]>;
  readonly orphanedStacks: (manifest: Manifest, options: FleetOptions) => Promise<readonly FleetStack[]>;
  readonly revokeSessions: (manifest: Manifest, options: RevokeOptions) => Promise<RevokeResult[]>;
  readonly stackSetTemplate: (manifest: Manifest) => string;
  readonly accountTemplates: (manifest: Manifest, options: TemplateOptions) => string[];
  readonly deployRegion: (partition: string, wanted: string) => string;
}

const NAME = "@agent-roles/infra";

/**
 * Loads `@agent-roles/infra` from the project in `directory`, or from beside this package.
 *
 * @throws {UsageError} when it is installed in neither place.
 */
export async function loadInfra(directory: string): Promise<Infra> {
  for (const from of [resolve(directory, "package.json"), import.meta.filename]) {
    let file: string;
    try {
      file = createRequire(from).resolve(NAME);
    } catch {
      continue;
    }
    const infra: Infra = await import(pathToFileURL(file).href);
    return infra;
  }
  throw new UsageError(`${NAME} is not installed\n  fix: Run "npm install --save-dev ${NAME}" in this project.`);
}

/** Creating a stack takes AWS longer than STS needs. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How commands of `@agent-roles/infra` call AWS: in the chosen Region, or that of the environment, the profile or the partition. */
export async function awsAccess(
  env: NodeJS.ProcessEnv,
  { partition }: Manifest,
  infra: Infra,
  region: string | undefined,
): Promise<Pick<FleetOptions, "region" | "requestHandler">> {
  const { httpHandler, stsRegion } = await import("@agent-roles/runtime");
  return {
    region: infra.deployRegion(partition, region ?? stsRegion(env, partition)),
    requestHandler: httpHandler(env, REQUEST_TIMEOUT_MS),
  };
}
