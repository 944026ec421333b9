import { stringify } from "yaml";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { OUTPUTS_QUOTA, TEMPLATE_QUOTA } from "../stack-contents.ts";

export interface SynthesizedStack {
  readonly stackName: string;
  readonly template: unknown;
}

/** Every template that CloudFormation would refuse. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export function templateSizeProblems(stacks: readonly SynthesizedStack[]): Diagnostic[] {
  return stacks.flatMap(({ stackName, template }) => {
    const problems: Diagnostic[] = [];
    const bytes = sentBytes(template);
    if (bytes > TEMPLATE_QUOTA) {
      problems.push({
        path: stackName,
        message: `the template has ${bytes} bytes, CloudFormation accepts ${TEMPLATE_QUOTA} without a bucket`,
        fix: "move statements into managed policies of the account, or give the account fewer roles",
      });
    }
    const outputs = countOutputs(template);
    if (outputs > OUTPUTS_QUOTA) {
      problems.push({
        path: stackName,
        message: `the template has ${outputs} outputs, CloudFormation accepts ${OUTPUTS_QUOTA}`,
        fix: "give the account fewer roles",
      });
    }
    return problems;
  });
}

/** The CDK sends templates as YAML, whatever is in cdk.out; indented JSON is never shorter and much faster to write. */
function sentBytes(template: unknown): number {
  const atMost = Buffer.byteLength(JSON.stringify(template, undefined, 2));
  return atMost <= TEMPLATE_QUOTA ? atMost : Buffer.byteLength(stringify(template, { version: "1.1", lineWidth: 0 }));
}

function countOutputs(template: unknown): number {
  const outputs = typeof template === "object" && template !== null && "Outputs" in template ? template.Outputs : {};
  return Object.keys(outputs ?? {}).length;
}
