import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { deployFleet, destroyFleet, diffFleet } from "./fleet.ts";

const ACCOUNT = "123456789012";
const STACK = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/agent-roles-${ACCOUNT}/1a2b`;
const manifest = exampleManifest({ roles: [{ profile: "dev", account: ACCOUNT, roleName: "New" }] });

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  onTestFinished(() => void vi.unstubAllEnvs());
});

type OnCall = (action: string, body: string) => Promise<void>;

/** AWS that knows these answers, by action, and refuses everything else. `onCall` runs before each answer. */
function options(directory: string, answers: Readonly<Record<string, string>>, onCall: OnCall = async () => {}) {
  const handle = async (request: { readonly body: string | Uint8Array; readonly headers: Record<string, string> }) => {
    const body = Buffer.from(request.body).toString();
    const target = new Headers(request.headers).get("x-amz-target")?.replace(/^.*\./, "");
    const { Action = target ?? "" } = Object.fromEntries(new URLSearchParams(body));
    await onCall(Action, body);
    const answer = answers[Action];
    const text =
      answer === undefined
        ? "<ErrorResponse><Error><Code>AccessDenied</Code><Message>denied</Message></Error></ErrorResponse>"
        : target !== undefined
          ? answer
          : `<${Action}Response><${Action}Result>${answer}</${Action}Result></${Action}Response>`;
    const headers = { "content-type": "text/xml" };
    return { response: { statusCode: answer === undefined ? 403 : 200, headers, body: Buffer.from(text) } };
  };
  return { region: "us-east-1", directory, requestHandler: { handle }, pollingMs: 1 };
}

const session = { GetCallerIdentity: `<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:root</Arn>` };
const deployed = {
  UpdateStack: `<StackId>${STACK}</StackId>`,
  CreateStack: `<StackId>${STACK}</StackId>`,
  DescribeStacks: `<Stacks><member><StackId>${STACK}</StackId><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks>`,
  GetTemplate: "<TemplateBody>{}</TemplateBody>",
  DeleteStack: "",
};

const BEFORE = `AWS_ROLE_1=arn:aws:iam::${ACCOUNT}:role/agent-roles/Old:dev\n`;
const AFTER = `AWS_ROLE_1=arn:aws:iam::${ACCOUNT}:role/agent-roles/New:dev\n`;

async function output(): Promise<{ directory: string; read: () => Promise<string> }> {
  const directory = await mkdtemp(join(tmpdir(), "fleet-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "agent-roles.env");
  await writeFile(file, BEFORE);
  return { directory, read: () => readFile(file, "utf8") };
}

it.each([
  ["diff", diffFleet],
  ["destroy", destroyFleet],
])("%s does not change agent-roles.env", async (_, run) => {
  const { directory, read } = await output();
  await run(manifest, options(directory, { ...session, ...deployed }));
  expect(await read()).toBe(BEFORE);
});

it("deploy does not change agent-roles.env without credentials", async () => {
  const { directory, read } = await output();
  await expect(deployFleet(manifest, options(directory, {}))).rejects.toMatchObject({ code: "SessionUnusable" });
  expect(await read()).toBe(BEFORE);
});

it("deploy does not change agent-roles.env when the account fails", async () => {
  const { directory, read } = await output();
  expect(await deployFleet(manifest, options(directory, session))).toMatchObject([{ status: "failed" }]);
  expect(await read()).toBe(BEFORE);
});

it("deploy changes agent-roles.env after the last call", async () => {
  const { directory, read } = await output();
  const during = new Set<string>();
  const aws = options(directory, { ...session, ...deployed }, async () => void during.add(await read()));
  expect(await deployFleet(manifest, aws)).toMatchObject([{ status: "deployed" }]);
  expect([...during]).toEqual([BEFORE]);
  expect(await read()).toBe(AFTER);
  expect((await readdir(directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

it("deploy first deletes a stack that its account no longer needs, and takes it out of the record", async () => {
  const { directory } = await output();
  const calls: [string, string][] = [];
  const record = { Parameters: [{ Name: "/agent-roles/deployed/stacks/1", Value: `${ACCOUNT},${ACCOUNT}-2` }] };
  const answers = { ...session, ...deployed, GetParametersByPath: JSON.stringify(record), PutParameter: "{}" };
  const aws = options(directory, answers, async (action, body) => void calls.push([action, body]));
  const stack = `agent-roles-${ACCOUNT}`;
  expect(await deployFleet(manifest, aws)).toEqual([{ account: ACCOUNT, stack, status: "deployed" }]);
  const names = calls.flatMap(([action]) => (/^(Delete|Update|Create)Stack$/.test(action) ? [action] : []));
  expect(names).toEqual(["DeleteStack", "UpdateStack"]);
  expect(calls.find(([, body]) => body.includes(`${stack}-2`))?.[0]).toBe("DescribeStacks");
  expect(calls.findLast(([action]) => action === "PutParameter")?.[1]).toContain(`"Value":"${ACCOUNT}"`);
});
