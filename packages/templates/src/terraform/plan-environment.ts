import { partitionOf } from "@agent-roles/runtime/role-env";
import type { PlanResource } from "./plan-resources.ts";

/** Where a plan is applied, as far as its data sources show. */
export interface PlanEnvironment {
  /** `${Account}` when it is not known. */
  readonly account: string;
  readonly partition: string;
}

/** Reads what the plan looks up about its own account; what it does not look up is `known`, or unknown. */
export function planEnvironment(
  resources: readonly PlanResource[],
  known: { readonly account?: string; readonly region?: string },
): PlanEnvironment {
  return {
    account: accountOf(resources) ?? known.account ?? "${Account}",
    partition: lookedUpPartition(resources) ?? (known.region === undefined ? "aws" : partitionOf(known.region)),
  };
}

/** The account that the plan is made in, when it looks it up itself and there is but one. */
function accountOf(resources: readonly PlanResource[]): string | undefined {
  const ids = resources.filter(({ type }) => type === "aws_caller_identity").map(({ values }) => values["account_id"]);
  const [id] = ids;
  return typeof id === "string" && new Set(ids).size === 1 ? id : undefined;
}

function lookedUpPartition(resources: readonly PlanResource[]): string | undefined {
  const partition = resources.find(({ type }) => type === "aws_partition")?.values["partition"];
  return typeof partition === "string" ? partition : undefined;
}

/** The ARN of an IAM user or identity provider, which is known before it is made; of others, where the plan has it. */
export function resourceArn(
  { type, values }: PlanResource,
  { account, partition }: PlanEnvironment,
): string | undefined {
  const { arn, url, name, path } = values;
  if (typeof arn === "string") return arn;
  const made = (resource: string): string => `arn:${partition}:iam::${account}:${resource}`;
  switch (type) {
    case "aws_iam_openid_connect_provider":
      return typeof url === "string" ? made(`oidc-provider/${url.replace(/^https:\/\//u, "")}`) : undefined;
    case "aws_iam_saml_provider":
      return typeof name === "string" ? made(`saml-provider/${name}`) : undefined;
    case "aws_iam_user":
      return typeof name === "string" ? made(`user${typeof path === "string" ? path : "/"}${name}`) : undefined;
    default:
      return undefined;
  }
}
