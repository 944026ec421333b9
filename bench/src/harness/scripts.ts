import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const cliPackage = fileURLToPath(import.meta.resolve("@agent-roles/cli/package.json"));
const infraIndex = fileURLToPath(import.meta.resolve("@agent-roles/infra"));

/** What the `agent-roles` command runs. */
export const CLI: string = join(dirname(cliPackage), "bin/agent-roles.js");

/** What `cdk` runs. */
export const INFRA: string = join(dirname(infraIndex), "main.js");

/** The demo's manifest, from `bench/src/harness` and from `bench/dist/harness` alike. */
export const MANIFEST: string = resolve(import.meta.dirname, "../../../agent-roles.yaml");

/** Times both evaluators; test/ is no package to import from, so it is found from `bench/dist/harness`. */
export const COMPARE_TIME: string = join(import.meta.dirname, "../../../test/dist/compare-evaluators/time.js");
