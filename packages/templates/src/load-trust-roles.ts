import { isRecord, parseArn } from "@agent-roles/iam";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { resolve } from "node:path";
import type { OidcClientIds, TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./cloudformation/roles-from-templates.ts";
import type { TemplateEnvironment, TemplateSource } from "./cloudformation/template-source.ts";
import { collectInputs } from "./collect-inputs.ts";
import { type LiveAccount, readLiveRoles } from "./live/read-live-roles.ts";
import type { ReaderOptions } from "./input-reader.ts";
import { policyFileRole } from "./policy-file.ts";
import { planRoles } from "./terraform/plan-roles.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** Where roles are read from beside the paths, and what is known of their deployment. */
export interface LoadOptions extends ReaderOptions {
  /** Paths are relative to it. */
  readonly cwd: string;
  /** The ARN of the role that a standalone trust policy file belongs to; without it the ARN reads `${…}`. */
  readonly roleArn?: string;
  /** Reads the roles of these accounts as well, through IAM; without paths, only these. */
  readonly live?: readonly LiveAccount[];
  /** Account and region of templates that do not say theirs. */
  readonly environment?: Pick<TemplateEnvironment, "account" | "region">;
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What was read. */
export interface LoadedRoles {
  readonly roles: TrustRole[];
  /** Of the OIDC providers whose client IDs are known. */
  readonly oidcClientIds: readonly OidcClientIds[];
  /** Each file that a role can come from, as the caller named it or its directory. */
  readonly files: readonly string[];
  /** Files of directories that could not be read, or that AWS or Terraform rejects. */
  readonly unread: readonly Diagnostic[];
  /** What other readers of the files can read differently, such as duplicate keys. */
  readonly warnings: readonly Diagnostic[];
  /** IDs of the accounts that were read through IAM; an account without any role is not known by its ID. */
  readonly liveAccounts: string[];
}

/**
 * Reads the roles of cloud assemblies, templates, Terraform plans and policy files, all of them together: references and
 * attached policies are followed from one to another. The content of a file decides what it is.
 *
 * @param paths - files and directories; none means `cdk.out`.
 * @throws {TrustInputError} with every problem of the paths that were named themselves.
 */
export async function loadTrustRoles(paths: readonly string[], options: LoadOptions): Promise<LoadedRoles> {
  const { cwd, roleArn, live, environment, parameters = {} } = options;
  const named = paths.length > 0 || live !== undefined ? paths : ["cdk.out"];
  const inputs = collectInputs(
    named.map((file) => ({ path: resolve(cwd, file), file })),
    options,
  );
  checkParameters(parameters, inputs.templates);
  const { roles, oidcClientIds, problems } = rolesFromTemplates(
    withEnvironment(inputs.templates, { ...environment, parameters }),
  );
  const planned = inputs.plans.map((plan) => planRoles(plan, environment));
  const invalid = [...problems, ...planned.flatMap((plan) => plan.problems)];
  const ownFault = invalid.filter(({ file }) => named.includes(file ?? ""));
  if (ownFault.length > 0) throw new TrustInputError("InvalidTemplate", ownFault);
  const policies = inputs.policies.map((file) => policyFileRole(file, roleArn));
  const living = await readLiveRoles(live ?? []);
  return {
    roles: [...roles, ...planned.flatMap((plan) => plan.roles), ...policies, ...living.roles],
    oidcClientIds: [...oidcClientIds, ...planned.flatMap((plan) => plan.oidcClientIds), ...living.oidcClientIds],
    files: inputs.files,
    unread: [...inputs.unread, ...invalid],
    warnings: inputs.warnings,
    liveAccounts: [...new Set(living.roles.map(({ arn }) => parseArn(arn)?.account ?? ""))],
  };
}

/** The sources with what is known of their deployment; those that are nested keep their link. */
function withEnvironment(
  sources: readonly TemplateSource[],
  environment: Pick<TemplateSource, "account" | "region" | "parameters">,
): readonly TemplateSource[] {
  const made = new Map<TemplateSource, TemplateSource>();
  const make = (source: TemplateSource): TemplateSource => {
    const { nestedIn } = source;
    const known = made.get(source) ?? {
      ...environment,
      ...source,
      ...(nestedIn && { nestedIn: { ...nestedIn, source: make(nestedIn.source) } }),
    };
    made.set(source, known);
    return known;
  };
  return sources.map(make);
}

function checkParameters(parameters: Readonly<Record<string, string>>, sources: readonly TemplateSource[]): void {
  const declared = new Set(
    sources.flatMap(({ template }) => (isRecord(template["Parameters"]) ? Object.keys(template["Parameters"]) : [])),
  );
  const unknown = Object.keys(parameters).filter((name) => !declared.has(name));
  if (unknown.length === 0) return;
  const known = declared.size === 0 ? "leave it out" : `use one of ${[...declared].toSorted().slice(0, 20).join(", ")}`;
  const problems = unknown.map((path) => ({ path, message: "no template has a parameter of this name", fix: known }));
  throw new TrustInputError("UnknownParameter", problems);
}
