import { join, resolve } from "node:path";

/** The root of the checkout, from `test/src/harness` and from `test/dist/harness` alike. */
export const REPOSITORY: string = resolve(import.meta.dirname, "../../..");

export const CLI: string = join(REPOSITORY, "packages/cli/bin/agent-roles.js");
export const CDK: string = join(REPOSITORY, "node_modules/aws-cdk/bin/cdk");
