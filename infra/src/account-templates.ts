import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asList, isRecord } from "@agent-roles/iam";
import type { Manifest } from "@agent-roles/manifest";
import { App } from "aws-cdk-lib";
import { AccountStack } from "./account-stack.ts";
import { stackContents } from "./stack-contents.ts";

export interface TemplateOptions {
  readonly format: "cloudformation" | "terraform";
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/**
 * The roles of one account for teams that do not deploy with the CDK: CloudFormation templates, or Terraform's JSON syntax
 * (`*.tf.json`). An account with many roles has several templates.
 *
 * @returns the JSON texts; empty when the manifest has no role in the account.
 */
export function accountTemplates(manifest: Manifest, { format, account, region }: TemplateOptions): string[] {
  const templates = synthesizedTemplates((app) => {
    for (const content of stackContents(manifest)) {
      if (content.account === account) new AccountStack(app, { manifest, content, region });
    }
  });
  if (format === "cloudformation") return templates.map(formatted);
  return templates.length === 0 ? [] : [formatted(terraform(templates))];
}

/** Templates of the stacks that `build` adds to an app; nothing stays on disk. */
export function synthesizedTemplates(build: (app: App) => void): Fields[] {
  const outdir = mkdtempSync(join(tmpdir(), "agent-roles-template-"));
  try {
    const app = new App({
      outdir,
      autoSynth: false,
      treeMetadata: false,
      stackTraces: false,
      analyticsReporting: false,
      // The rules of the CDK take six seconds to load; AWS validates the template when it is deployed.
      builtinCloudFormationValidation: false,
    });
    build(app);
    return app.synth().stacks.map(({ template }: { readonly template: Fields }) => template);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function formatted(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Terraform's JSON syntax for the templates of one account. @see https://developer.hashicorp.com/terraform/language/syntax/json */
function terraform(templates: readonly Fields[]): Fields {
  const resources: Record<string, Record<string, unknown>> = {};
  const add = (type: string, name: string, fields: Fields): void => {
    resources[type] = {
      ...resources[type],
      [name]: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    };
  };
  for (const template of templates) {
    for (const [id, resource] of Object.entries(record(template["Resources"]))) {
      const { Type, Properties } = record(resource);
      addResource(String(Type), id, record(Properties), add);
    }
  }
  const output = Object.fromEntries(
    templates.flatMap((template) =>
      Object.entries(record(template["Outputs"])).map(([name, value]) => [
        name,
        { value: escaped(record(value)["Value"]) },
      ]),
    ),
  );
  return { resource: resources, ...(Object.keys(output).length > 0 && { output }) };
}

function addResource(
  type: string,
  id: string,
  properties: Fields,
  add: (type: string, name: string, fields: Fields) => void,
): void {
  const common = { path: properties["Path"], tags: tagsOf(properties["Tags"]) };
  if (type === "AWS::IAM::Role") {
    add("aws_iam_role", id, {
      ...common,
      name: properties["RoleName"],
      description: escaped(properties["Description"]),
      assume_role_policy: policyText(properties["AssumeRolePolicyDocument"]),
      max_session_duration: properties["MaxSessionDuration"],
      permissions_boundary: properties["PermissionsBoundary"],
    });
    for (const [index, policy] of items(properties["Policies"]).entries()) {
      const { PolicyName, PolicyDocument } = record(policy);
      const fields = { name: PolicyName, role: `\${aws_iam_role.${id}.name}`, policy: policyText(PolicyDocument) };
      add("aws_iam_role_policy", `${id}-${index + 1}`, fields);
    }
    for (const [index, arn] of items(properties["ManagedPolicyArns"]).entries()) {
      const fields = { role: `\${aws_iam_role.${id}.name}`, policy_arn: arn };
      add("aws_iam_role_policy_attachment", `${id}-${index + 1}`, fields);
    }
  } else if (type === "AWS::IAM::ManagedPolicy") {
    add("aws_iam_policy", id, {
      ...common,
      name: id,
      description: properties["Description"],
      policy: policyText(properties["PolicyDocument"]),
    });
    for (const role of items(properties["Roles"])) {
      const fields = { role: reference(role, "name"), policy_arn: `\${aws_iam_policy.${id}.arn}` };
      add("aws_iam_role_policy_attachment", id, fields);
    }
  } else if (type === "AWS::IAM::InstanceProfile") {
    const [role] = items(properties["Roles"]);
    add("aws_iam_instance_profile", id, {
      ...common,
      name: properties["InstanceProfileName"],
      role: reference(role, "name"),
    });
  } else if (type === "AWS::IAM::OIDCProvider") {
    const { Url, ClientIdList } = properties;
    add("aws_iam_openid_connect_provider", id, { url: Url, client_id_list: ClientIdList, tags: common.tags });
  } else if (type === "AWS::EKS::PodIdentityAssociation") {
    add("aws_eks_pod_identity_association", id, {
      cluster_name: properties["ClusterName"],
      namespace: properties["Namespace"],
      service_account: properties["ServiceAccount"],
      role_arn: reference(properties["RoleArn"], "arn"),
      tags: common.tags,
    });
  }
}

/** `Ref` and `Fn::GetAtt` of a role. */
function reference(value: unknown, attribute: "name" | "arn"): unknown {
  const { Ref, "Fn::GetAtt": getAtt } = record(value);
  const id = Ref ?? items(getAtt)[0];
  return typeof id === "string" ? `\${aws_iam_role.${id}.${attribute}}` : value;
}

function tagsOf(tags: unknown): Fields | undefined {
  if (tags === undefined) return undefined;
  return Object.fromEntries(items(tags).map((tag) => [record(tag)["Key"], escaped(record(tag)["Value"])]));
}

function policyText(document: unknown): unknown {
  return escaped(JSON.stringify(document));
}

/** Terraform would read `${aws:PrincipalTag/team}` as an expression. */
function escaped(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll(/[$%]\{/g, (start) => `${start[0]}${start}`) : value;
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function items(value: unknown): readonly unknown[] {
  return value === undefined ? [] : asList(value);
}
