import { asRecord, isRecord, itemsOf } from "@agent-roles/iam";

/** One resource of a plan or state, with what it will be and what it is written to be. */
export interface PlanResource {
  /** `module.agents["eu"].aws_iam_role.reader[0]` */
  readonly address: string;
  /** The address of its module; empty for the root. */
  readonly module: string;
  readonly type: string;
  /** Whether it is a data source: looked up, not made. */
  readonly isData: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  /** The values that are known only after apply, for a data source that is read during apply: `true` in its place. */
  readonly unknown?: unknown;
}

/** All resources of a plan, those of nested modules, data sources and what is left to a later plan included. */
export function planResources(plan: Readonly<Record<string, unknown>>): readonly PlanResource[] {
  const prior = isRecord(plan["prior_state"]) ? plan["prior_state"]["values"] : undefined;
  const reads = objects(plan["resource_changes"]).filter(({ mode }) => mode === "data");
  const found = new Map(
    [...reads, ...deferredChanges(plan)].flatMap(changedResource).map((each) => [each.address, each]),
  );
  for (const values of [prior, plan["values"], plan["planned_values"]]) {
    if (!isRecord(values)) continue;
    const fromPrior = values === prior;
    for (const resource of moduleResources(values["root_module"])) {
      // The prior state also holds what the plan destroys: only its data sources are of use.
      if (!fromPrior || resource.isData) found.set(resource.address, resource);
    }
  }
  return [...found.values()];
}

function moduleResources(module: unknown): readonly PlanResource[] {
  if (!isRecord(module)) return [];
  const { address = "", resources, child_modules: children } = module;
  const own = objects(resources).map((resource) => readResource(resource, address, resource["values"]));
  return [...own, ...objects(children).flatMap(moduleResources)];
}

/**
 * What is only among the changes: data sources that are read during apply, and what is left to a later plan, with as much
 * as is known of their arguments.
 */
function changedResource(resource: Readonly<Record<string, unknown>>): readonly PlanResource[] {
  const { module_address: module = "", change } = resource;
  const { actions, after, after_unknown: unknown } = asRecord(change);
  // Deleted or forgotten: of a replaced one there are two actions.
  if (String(actions) === "delete" || String(actions) === "forget") return [];
  return [{ ...readResource(resource, module, after), unknown }];
}

/** The changes of what a plan leaves to a later one. */
export function deferredChanges(plan: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  return objects(objects(plan["deferred_changes"]).map((deferred) => deferred["resource_change"]));
}

function readResource(resource: Readonly<Record<string, unknown>>, module: unknown, values: unknown): PlanResource {
  return {
    address: String(resource["address"]),
    module: String(module),
    type: String(resource["type"]),
    isData: resource["mode"] === "data",
    values: asRecord(values),
  };
}

/** The objects of a list; nothing when it is not one. */
export function objects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return itemsOf(value).filter(isRecord);
}
