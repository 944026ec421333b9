import { resolve } from "node:path";
import type { TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./cloudformation/roles-from-templates.ts";
import { collectInputs } from "./collect-inputs.ts";
import { type LiveAccount, readLiveRoles } from "./live/read-live-roles.ts";
import { policyFileRole } from "./policy-file.ts";
import { LARGEST_FILE_BYTES } from "./read-input.ts";
import { planRoles } from "./terraform/plan-roles.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** Where roles are read from beside the paths, and what is read at most. */
export interface LoadOptions {
  /** Paths are relative to it. */
  readonly cwd: string;
  /** The ARN of the role that a plain trust policy file belongs to; without it the ARN reads `${…}`. */
  readonly roleArn?: string;
  /** Reads the roles of these accounts as well, through IAM; without paths, only these. */
  readonly live?: readonly LiveAccount[];
  readonly quotas?: { readonly fileBytes?: number };
}

/** What was read. */
export interface LoadedRoles {
  readonly roles: TrustRole[];
  /** Each file that a role may come from, as the caller named it or its directory. */
  readonly files: string[];
  /** Ids of the accounts that were read through IAM; one without any role is not known by its id. */
  readonly liveAccounts: string[];
}

/**
 * Reads the roles of cloud assemblies, templates, Terraform plans and policy files, all of them together: references and
 * attached policies are followed from one to another. What a file is, its content says.
 *
 * @param paths - files and directories; none means `cdk.out`.
 * @throws {TrustInputError} with every problem when something cannot be read.
 */
export async function loadTrustRoles(paths: readonly string[], options: LoadOptions): Promise<LoadedRoles> {
  const { cwd, roleArn, live, quotas } = options;
  const named = paths.length > 0 || live !== undefined ? paths : ["cdk.out"];
  const limits = { fileBytes: quotas?.fileBytes ?? LARGEST_FILE_BYTES };
  const inputs = await collectInputs(
    named.map((file) => ({ path: resolve(cwd, file), file })),
    limits,
  );
  const { roles, problems } = rolesFromTemplates(inputs.templates);
  if (problems.length > 0) throw new TrustInputError("InvalidTemplate", problems);
  const policies = inputs.policies.map((file) => policyFileRole(file, roleArn));
  const planned = inputs.plans.flatMap(planRoles);
  const living = live === undefined ? [] : await readLiveRoles(live);
  return {
    roles: [...roles, ...planned, ...policies, ...living],
    files: inputs.files,
    liveAccounts: [...new Set(living.map(({ arn }) => arn.split(":")[4] ?? ""))],
  };
}
