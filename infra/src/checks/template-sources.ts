import { definedOnly } from "@agent-roles/runtime/role-env";
import type { TemplateSource } from "@agent-roles/templates";
import { CfnElement, type IPolicyValidationContext, Stack } from "aws-cdk-lib";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The templates of an app, nested stacks included, and where each construct's resource is. */
export interface AppTemplates {
  readonly sources: readonly TemplateSource[];
  /** Logical IDs by construct path. */
  readonly logicalIds: ReadonlyMap<string, string>;
}

/** Reads the templates of an app and the construct path of every resource. */
export function readAppTemplates({ appConstruct, stackTemplates }: IPolicyValidationContext): AppTemplates {
  const logicalIds = new Map<string, string>();
  const pathsByStack = new Map<Stack, Map<string, string>>();
  for (const construct of appConstruct.node.findAll()) {
    if (Stack.isStack(construct)) pathsByStack.set(construct, pathsByStack.get(construct) ?? new Map());
    if (!CfnElement.isCfnElement(construct)) continue;
    const logicalId = String(construct.stack.resolve(construct.logicalId));
    logicalIds.set(construct.node.path, logicalId);
    const paths = pathsByStack.get(construct.stack) ?? new Map<string, string>();
    pathsByStack.set(construct.stack, paths.set(logicalId, construct.node.path));
  }
  const stacks = new Map([...pathsByStack.keys()].map((stack) => [stack.node.path, stack]));
  const read = new Map<Stack | undefined, TemplateSource>();
  for (const { stackConstructPath, templatePath, accountId, region } of stackTemplates) {
    const stack = stacks.get(stackConstructPath);
    read.set(stack, {
      ...readSource(templatePath, stack && pathsByStack.get(stack)),
      ...definedOnly({ account: accountId, region, stackName: stack?.stackName }),
    });
  }
  // A nested stack comes after its parent, because constructs are found from the root down.
  for (const [stack, paths] of pathsByStack) {
    const parent = read.get(stack.nestedStackParent);
    const resource = stack.nestedStackResource;
    if (!stack.nestedStackParent || !parent || !resource) continue;
    const { account, region } = parent;
    read.set(stack, {
      ...readSource(join(dirname(parent.file), stack.templateFile), paths),
      ...definedOnly({ account, region }),
      nestedIn: { source: parent, logicalId: String(stack.resolve(resource.logicalId)) },
    });
  }
  return { sources: [...read.values()], logicalIds };
}

function readSource(file: string, constructPaths: ReadonlyMap<string, string> = new Map()): TemplateSource {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the CDK has just written it
  const template = JSON.parse(readFileSync(file, "utf8")) as TemplateSource["template"];
  return { file, template, constructPaths };
}
