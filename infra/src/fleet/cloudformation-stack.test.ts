import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { expect, it } from "vitest";
import { deployStack, destroyStack, diffStack, type StackInAccount } from "./cloudformation-stack.ts";
import { deployFailure } from "./deploy-failure.ts";

const ID = "arn:aws:cloudformation:us-east-1:123456789013:stack/agent-roles-123456789013/1a2b";
const ROLE = "arn:aws:iam::123456789013:role/Deployer";
const TEMPLATE = JSON.stringify({
  Resources: { Reader: { Type: "AWS::IAM::Role", Properties: { RoleName: "Reader" } } },
});

type Answer = readonly [action: string, answer: string, status?: number];

/** CloudFormation that gives these answers, in this order. */
function stackOf(answers: readonly Answer[]) {
  const calls: string[] = [];
  const handle = async ({ body }: { readonly body: string }) => {
    const { Action = "", StackName = "" } = Object.fromEntries(new URLSearchParams(body));
    const [action, answer, statusCode = 200] = answers[calls.length] ?? ["", ""];
    calls.push(Action);
    if (action !== Action) throw new Error(`${Action} of ${StackName} instead of ${action}`);
    const xml = `<${Action}Response><${Action}Result>${answer}</${Action}Result></${Action}Response>`;
    const headers = { "content-type": "text/xml" };
    return { response: { statusCode, headers, body: Buffer.from(statusCode === 200 ? xml : answer) } };
  };
  const client = new CloudFormationClient({
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    requestHandler: { handle },
  });
  const stack: StackInAccount = { client, name: "agent-roles-123456789013", pollingMs: 1 };
  return { stack, calls };
}

function refuses(action: string, message: string, code = "ValidationError"): Answer {
  return [
    action,
    `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    400,
  ];
}

function is(status: string, reason = ""): Answer {
  const fields = `<StackId>${ID}</StackId><StackStatus>${status}</StackStatus><StackStatusReason>${reason}</StackStatusReason>`;
  return ["DescribeStacks", `<Stacks><member>${fields}</member></Stacks>`];
}

/** Events, newest first. */
function events(...all: readonly (readonly [id: string, status: string, reason?: string])[]): Answer {
  const members = all.map(([id, status, reason = ""]) => {
    const physical = id === "stack" ? ID : id;
    return `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason></member>`;
  });
  return ["DescribeStackEvents", `<StackEvents>${members.join("")}</StackEvents>`];
}

const answers = (action: string): Answer => [action, `<StackId>${ID}</StackId>`];
const inState = (state: string): Answer =>
  refuses("UpdateStack", `Stack:${ID} is in ${state} state and can not be updated.`);
const MISSING = refuses("UpdateStack", "Stack [agent-roles-123456789013] does not exist");
const NOT_FOUND = refuses("DescribeStacks", "Stack with id agent-roles-123456789013 does not exist");

it("makes one call for a stack without changes", async () => {
  const { stack, calls } = stackOf([refuses("UpdateStack", "No updates are to be performed.")]);
  expect(await deployStack(stack, TEMPLATE, false)).toBe("unchanged");
  expect(calls).toHaveLength(1);
});

it.each<[string, readonly Answer[]]>([
  ["updates a stack and waits for the end", [answers("UpdateStack"), is("UPDATE_IN_PROGRESS"), is("UPDATE_COMPLETE")]],
  [
    "waits until an updated stack is cleaned up",
    [answers("UpdateStack"), is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), is("UPDATE_COMPLETE")],
  ],
  ["creates a stack that does not exist", [MISSING, answers("CreateStack"), is("CREATE_COMPLETE")]],
  ...["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"].map(
    (state): [string, readonly Answer[]] => [
      `deletes and creates a stack in ${state}`,
      [
        inState(state),
        is(state),
        answers("DeleteStack"),
        is("DELETE_COMPLETE"),
        answers("CreateStack"),
        is("CREATE_COMPLETE"),
      ],
    ],
  ),
])("%s", async (_fact, expected) => {
  const { stack, calls } = stackOf(expected);
  expect(await deployStack(stack, TEMPLATE, false)).toBe("deployed");
  expect(calls).toEqual(expected.map(([action]) => action));
});

it.each([
  ["UPDATE_IN_PROGRESS", "StackBusy"],
  ["DELETE_IN_PROGRESS", "StackBusy"],
  ["UPDATE_ROLLBACK_FAILED", "RollbackFailed"],
])("leaves a stack in %s alone", async (state, code) => {
  const { stack, calls } = stackOf([inState(state)]);
  const error = await deployStack(stack, TEMPLATE, false).catch((caught: unknown) => caught);
  expect(deployFailure(error, ROLE, stack.name)).toMatchObject({ code });
  expect(calls).toEqual(["UpdateStack"]);
});

it("reports the first resource that failed in this operation", async () => {
  const { stack } = stackOf([
    answers("UpdateStack"),
    is("UPDATE_ROLLBACK_COMPLETE"),
    events(
      ["stack", "UPDATE_ROLLBACK_COMPLETE"],
      ["Writer", "CREATE_FAILED", "Resource creation cancelled"],
      ["Reader", "UPDATE_FAILED", "Policy arn:aws:iam::1:policy/No does not exist or is not attachable."],
      ["stack", "UPDATE_IN_PROGRESS", "User Initiated"],
      ["Auditor", "CREATE_FAILED", "of an operation before"],
    ),
  ]);
  await expect(deployStack(stack, TEMPLATE, false)).rejects.toThrow(/^Reader: Policy .* is not attachable\.$/);
});

it("reports what an update could not delete", async () => {
  const { stack } = stackOf([
    answers("UpdateStack"),
    is("UPDATE_COMPLETE", "Update successful. One or more resources could not be deleted."),
    events(
      ["stack", "UPDATE_COMPLETE"],
      ["Reader", "DELETE_FAILED", "Cannot delete entity, must detach all policies first."],
      ["stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"],
      ["stack", "UPDATE_IN_PROGRESS"],
    ),
  ]);
  const error = await deployStack(stack, TEMPLATE, false).catch((caught: unknown) => caught);
  const message = expect.stringContaining("Reader: Cannot delete entity");
  expect(deployFailure(error, ROLE, stack.name)).toMatchObject({ code: "LeftBehind", message });
});

it("makes two calls for a new stack", async () => {
  const { stack, calls } = stackOf([answers("CreateStack"), is("CREATE_COMPLETE")]);
  expect(await deployStack(stack, TEMPLATE, true)).toBe("deployed");
  expect(calls).toHaveLength(2);
});

it("updates a stack that was not expected", async () => {
  const exists = refuses("CreateStack", `Stack [${ID}] already exists`, "AlreadyExistsException");
  const { stack } = stackOf([exists, refuses("UpdateStack", "No updates are to be performed.")]);
  expect(await deployStack(stack, TEMPLATE, true)).toBe("unchanged");
});

it("deletes a stack by its ID, under which CloudFormation still describes it afterwards", async () => {
  const { stack, calls } = stackOf([
    is("CREATE_COMPLETE"),
    answers("DeleteStack"),
    is("DELETE_IN_PROGRESS"),
    is("DELETE_COMPLETE"),
  ]);
  expect(await destroyStack(stack)).toBe("destroyed");
  expect(calls).toHaveLength(4);
});

it("has nothing to delete where there is no stack", async () => {
  expect(await destroyStack(stackOf([NOT_FOUND]).stack)).toBe("unchanged");
});

it.each<[string, readonly Answer[], object]>([
  ["no stack", [NOT_FOUND], { status: "new", changes: ["+ AWS::IAM::Role Reader"] }],
  ["a stack whose creation failed", [is("ROLLBACK_COMPLETE")], { status: "new", changes: ["+ AWS::IAM::Role Reader"] }],
  [
    "the same template",
    [is("CREATE_COMPLETE"), ["GetTemplate", `<TemplateBody>${TEMPLATE}</TemplateBody>`]],
    { status: "unchanged" },
  ],
  [
    "another template in YAML",
    [
      is("CREATE_COMPLETE"),
      [
        "GetTemplate",
        "<TemplateBody>Resources:\n  Reader:\n    Type: AWS::IAM::Role\n    Properties: { RoleName: Other }\nOutputs:\n  A: { Value: x }\n</TemplateBody>",
      ],
    ],
    { status: "changed", changes: ["~ AWS::IAM::Role Reader (RoleName)", "- output A"] },
  ],
])("compares with %s", async (_what, expected, difference) => {
  expect(await diffStack(stackOf(expected).stack, TEMPLATE)).toEqual(difference);
});

it("reports a refusal that concerns the template", async () => {
  const { stack } = stackOf([
    refuses("UpdateStack", "Template format error: Every Outputs member must contain a Value"),
  ]);
  await expect(deployStack(stack, TEMPLATE, false)).rejects.toThrow("Template format error");
});
