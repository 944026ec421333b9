import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AlreadyExistsException,
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  type Stack,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { templateChanges } from "./template-changes.ts";

/** A stack of one account. */
export interface StackInAccount {
  /** With the credentials of the account's deploy role. */
  readonly client: CloudFormationClient;
  readonly name: string;
  readonly pollingMs: number;
}

/** States that CloudFormation cannot update: nothing was created, or a creation or deletion has failed. */
const NOT_CREATED = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|REVIEW_IN_PROGRESS)$/;

/**
 * Creates or updates a stack. What is probably needed is tried first; the update of a stack without changes is the only call. A
 * stack whose creation failed is deleted and created anew.
 *
 * @param template JSON, up to 51,200 bytes.
 * @param isNew whether the stack probably does not exist.
 * @throws {Error} CloudFormation's refusal, or the reason of the resource that failed first.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-status.html
 */
export async function deployStack(
  stack: StackInAccount,
  template: string,
  isNew: boolean,
): Promise<"deployed" | "unchanged"> {
  const { client, name } = stack;
  const input = {
    StackName: name,
    TemplateBody: template,
    Capabilities: ["CAPABILITY_NAMED_IAM" as const],
  };
  const create = async (): Promise<"deployed"> => {
    // With a token, a call that is sent twice has one effect.
    const created = await client.send(new CreateStackCommand({ ...input, ClientRequestToken: randomUUID() }));
    await finished(stack, created.StackId);
    return "deployed";
  };
  if (isNew) {
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof AlreadyExistsException)) throw error;
    }
  }
  let id: string | undefined;
  try {
    id = (await client.send(new UpdateStackCommand({ ...input, ClientRequestToken: randomUUID() }))).StackId;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (message.includes("No updates are to be performed")) return "unchanged";
    if (isMissing(error)) return create();
    const [, state = ""] = / is in ([A-Z_]+) state/.exec(message) ?? [];
    if (!NOT_CREATED.test(state)) throw error;
    await destroyStack(stack);
    return create();
  }
  await finished(stack, id);
  return "deployed";
}

/** What deploying the template would change. `new`: there is no stack yet. */
export async function diffStack(
  stack: StackInAccount,
  template: string,
): Promise<{ readonly status: "new" | "changed" | "unchanged"; readonly changes?: readonly string[] }> {
  const { client, name: StackName } = stack;
  const { StackStatus = "ROLLBACK_COMPLETE" } = (await describe(stack, StackName)) ?? {};
  if (NOT_CREATED.test(StackStatus)) return { status: "new", changes: templateChanges(undefined, template) };
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
  const changes = templateChanges(TemplateBody, template);
  return changes.length > 0 ? { status: "changed", changes } : { status: "unchanged" };
}

/**
 * Deletes a stack.
 *
 * @returns `unchanged` when there is none.
 * @throws {Error} CloudFormation's refusal, or the reason of the resource that could not be deleted.
 */
export async function destroyStack(stack: StackInAccount): Promise<"destroyed" | "unchanged"> {
  const { StackId } = (await describe(stack, stack.name)) ?? {};
  if (StackId === undefined) return "unchanged";
  await stack.client.send(new DeleteStackCommand({ StackName: StackId, ClientRequestToken: randomUUID() }));
  await finished(stack, StackId);
  return "destroyed";
}

async function describe({ client }: StackInAccount, StackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `Stack [x] does not exist` of updates, `Stack with id x does not exist` of all others. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && /^Stack (\[|with id ).*does not exist/.test(error.message);
}

/** Waits for the end of an operation. @throws {Error} with the reason of the resource that failed first. */
async function finished(stack: StackInAccount, id = stack.name): Promise<void> {
  for (;;) {
    const { StackStatus = "DELETE_COMPLETE", StackStatusReason = "" } = (await describe(stack, id)) ?? {};
    if (!StackStatus.endsWith("_IN_PROGRESS")) {
      const isDone = /^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(StackStatus);
      const leavesResources = StackStatusReason.includes("could not be deleted");
      if (isDone && !leavesResources) return;
      const reason = (await firstFailure(stack, id)) ?? `the stack is in ${StackStatus}: ${StackStatusReason}`;
      throw new Error(`${isDone ? "left behind: " : ""}${reason}`);
    }
    await sleep(stack.pollingMs);
  }
}

/** Why the first resource failed in the last operation; those that were cancelled because of it are left out. */
async function firstFailure({ client }: StackInAccount, StackName: string): Promise<string | undefined> {
  let reason: string | undefined;
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const event of StackEvents) {
      const { ResourceStatus = "", ResourceStatusReason = "", LogicalResourceId, PhysicalResourceId } = event;
      if (PhysicalResourceId === StackName && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(ResourceStatus))
        return reason;
      const isCause = ResourceStatus.endsWith("_FAILED") && ResourceStatusReason !== "";
      if (isCause && !/cancell?ed/i.test(ResourceStatusReason))
        reason = `${LogicalResourceId}: ${ResourceStatusReason}`;
    }
  }
  return reason;
}
