import type { RoleBuilder } from "../role-builder.ts";
import type { PlanResource } from "./plan-resources.ts";
import type { FollowReference } from "./references.ts";

/** A plan's resources, and the roles built so far. */
export interface Plan {
  readonly resources: readonly PlanResource[];
  readonly follow: FollowReference;
  readonly roles: readonly PlanRole[];
  /** The ARN of an IAM resource, by its address without keys; `undefined` when it is not one, or there are several. */
  readonly arnAt: (address: string) => string | undefined;
  /** Whether an argument's value is known only after apply. */
  readonly isKnownAfterApply: (resource: PlanResource, argument: string) => boolean;
}

/** A role of the plan, with the resource that declares it. */
export interface PlanRole extends RoleBuilder {
  readonly resource: PlanResource;
  readonly name: string;
}

/** The resources of a type that the plan manages; data sources are left out. */
export function ofType(resources: readonly PlanResource[], type: string): readonly PlanResource[] {
  return resources.filter((resource) => resource.type === type && !resource.isData);
}
