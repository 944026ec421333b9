import { definedOnly, type Diagnostic } from "@agent-roles/runtime/role-env";
import {
  checkTrust,
  type Expectation,
  type Finding,
  type Severity,
  type Suppression,
  type TrustContext,
} from "@agent-roles/trust";
import { fails } from "@agent-roles/trust/severity";
import { rolesFromTemplates } from "@agent-roles/templates";
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from "aws-cdk-lib";
import { readAppTemplates } from "./checks/template-sources.ts";

export interface TrustValidationOptions {
  /** Accounts, organization, master and `AWS_ROLE_N` values. */
  readonly context?: TrustContext;
  /** Decisions that must hold. */
  readonly expectations?: readonly Expectation[];
  /** Findings that are accepted, with a reason. */
  readonly suppressions?: readonly Suppression[];
  /** Lowest severity that fails synthesis. Default `error`: also `high` and `critical`. Only `info` reports findings of severity `info`. */
  readonly failOn?: Severity;
  /** How people accept a finding. Default: with the CDK's `acknowledge`, which the CDK prints itself. */
  readonly acceptIn?: "trust.suppressions";
}

/**
 * Checks the trust of every role of an app, all stacks together, after synthesis and before anything is deployed:
 * `Validations.of(app).addPlugins(new TrustValidationPlugin())`.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 */
export class TrustValidationPlugin implements IPolicyValidationPlugin {
  readonly name = "agent-roles";
  readonly #options: TrustValidationOptions;

  constructor(options: TrustValidationOptions = {}) {
    this.#options = options;
  }

  /** Never throws on a template: what CloudFormation would reject is reported like a finding. */
  validate(validation: IPolicyValidationContext): PolicyValidationPluginReport {
    const { context = {}, expectations = [], suppressions = [], failOn = "error", acceptIn } = this.#options;
    const { sources, logicalIds } = readAppTemplates(validation);
    const { roles, oidcClientIds, problems } = rolesFromTemplates(sources);
    const { findings, suppressed } = checkTrust({
      roles,
      context: { oidcClientIds, ...context },
      expectations,
      suppressions,
    });
    const all = [...problems.map((problem) => asFinding(problem)), ...findings];
    // The CDK prints each as a warning, and in most apps the name of each role is unknown before deployment.
    const reported = all.filter(({ severity }) => severity !== "info" || fails(severity, failOn));
    return {
      success: !all.some(({ severity }) => fails(severity, failOn)),
      violations: reported.map((finding) =>
        toViolation(accepting(finding, acceptIn), fails(finding.severity, failOn), logicalIds),
      ),
      metadata: {
        roles: String(roles.length),
        suppressed: String(suppressed.length),
        notReported: `${all.length - reported.length} of severity info: agent-roles check lists them`,
      },
    };
  }
}

/** Adds how to accept the finding in the manifest to its fix. */
function accepting(finding: Finding, acceptIn: TrustValidationOptions["acceptIn"]): Finding {
  if (acceptIn === undefined || finding.id === "template") return finding;
  return {
    ...finding,
    fix: `${finding.fix}; or accept it in ${acceptIn} of the manifest: { id: ${finding.id}, reason: … }`,
  };
}

function asFinding({ file, line, path, message, fix }: Diagnostic): Finding {
  const location = { file: file ?? "template", ...definedOnly({ line, path }) };
  return { id: "template", severity: "error", role: "", message, fix, location };
}

function toViolation(finding: Finding, failing: boolean, logicalIds: ReadonlyMap<string, string>): PolicyViolation {
  const { id, severity, role, statement, message, fix, location } = finding;
  const where = statement === undefined ? [] : [`Properties/AssumeRolePolicyDocument/Statement/${statement}`];
  const resource = {
    ...(location.path !== undefined && { resourceLogicalId: logicalIds.get(location.path) ?? location.path }),
    templatePath: location.file,
    locations: where,
  };
  return {
    ruleName: id,
    description: role === "" ? message : `${role}: ${message}`,
    fix,
    // The CDK has these two severities only; `ruleMetadata` has the rule's own.
    severity: failing ? "error" : "warning",
    ruleMetadata: { severity },
    violatingResources: [resource],
  };
}
