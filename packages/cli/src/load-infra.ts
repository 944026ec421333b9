import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { FleetOptions } from "@agent-roles/infra";
import type * as infraModule from "@agent-roles/infra";
import type { Manifest } from "@agent-roles/manifest";
import { UsageError } from "./usage-error.ts";

/** The part of `@agent-roles/infra` that commands use. It is not a dependency, because the CDK's libraries have over 100 MB. */
export type Infra = Pick<
  typeof infraModule,
  | "accountTemplates"
  | "deployFleet"
  | "deployRegion"
  | "destroyFleet"
  | "diffFleet"
  | "orphanedStacks"
  | "revokeSessions"
  | "stackSetTemplate"
>;

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
  const fix = `Start the command with npx -p agent-roles -p ${NAME}, or run npm install --save-dev ${NAME} in this project.`;
  throw new UsageError(`${NAME} is not installed\n  fix: ${fix}`);
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
  const { httpHandler, stsRegion } = await import("@agent-roles/runtime/master");
  return {
    region: infra.deployRegion(partition, region ?? stsRegion(env, partition)),
    requestHandler: httpHandler(env, REQUEST_TIMEOUT_MS),
  };
}
