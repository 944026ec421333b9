import { partitionOfRegion } from "../cloudformation/intrinsics/pseudo-parameter.ts";
import type { PlanResource } from "./plan-resources.ts";

/** Where a plan is applied, as far as its data sources tell. */
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
    partition: lookedUpPartition(resources) ?? (known.region === undefined ? "aws" : partitionOfRegion(known.region)),
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
