import { asRecord, isRecord, valueAt } from "@agent-roles/iam";
import { objects, type PlanResource } from "./plan-resources.ts";

/** Finds the resources that an argument refers to, by its path, for values that are known only after apply. */
export type FollowReference = (resource: PlanResource, ...path: readonly (string | number)[]) => readonly string[];

type Configuration = Readonly<Record<string, unknown>>;

/** References that go from module to module and back end here. */
const MOST_STEPS = 50;

/**
 * Follows the references of the plan's configuration, through module inputs and outputs, to resource addresses without
 * instance keys: `module.agents.aws_iam_role.reader`.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
 */
export function followReferences(plan: Configuration): FollowReference {
  const configuration = asRecord(plan["configuration"]);
  const root = configuration["root_module"];
  const moduleAt = (path: readonly string[]): Configuration =>
    path.reduce<Configuration>(
      (module, name) => member(member(module, "module_calls", name), "module"),
      asRecord(root),
    );

  const targets = (expression: unknown, path: readonly string[], steps: number): readonly string[] => {
    if (!isRecord(expression) || !Array.isArray(expression["references"]) || steps > MOST_STEPS) return [];
    const references = (expression["references"] as readonly unknown[]).map(String);
    return references.flatMap((reference) => target(reference, path, steps + 1));
  };
  const target = (reference: string, path: readonly string[], steps: number): readonly string[] => {
    const [head = "", name = "", output = ""] = reference.replaceAll(/\[[^\]]*\]/gu, "").split(".");
    if (head === "var") {
      const call = member(moduleAt(path.slice(0, -1)), "module_calls", path.at(-1) ?? "");
      return path.length === 0 ? [] : targets(member(call, "expressions", name), path.slice(0, -1), steps);
    }
    if (head === "module") {
      const inner = [...path, name];
      return targets(member(member(moduleAt(inner), "outputs", output), "expression"), inner, steps);
    }
    const modules = path.flatMap((part) => ["module", part]);
    if (head === "data") return [[...modules, head, name, output].join(".")];
    return head.startsWith("aws_") ? [[...modules, head, name].join(".")] : [];
  };

  return (resource, ...argument) => {
    const path = modulePath(resource.module);
    const local = withoutKeys(resource.address)
      .split(".")
      .slice(resource.isData ? -3 : -2)
      .join(".");
    const written = objects(moduleAt(path)["resources"]).find(({ address }) => address === local);
    const expression = valueAt(written, ["expressions", ...argument]);
    return [...new Set(targets(expression, path, 0))];
  };
}

/** An address without the keys of `count` and `for_each`, which can contain dots. */
export function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/gu, "");
}

function modulePath(address: string): readonly string[] {
  return withoutKeys(address)
    .split(".")
    .filter((_, i) => i % 2 === 1);
}

function member(value: Configuration, ...keys: readonly string[]): Configuration {
  return asRecord(valueAt(value, keys));
}
