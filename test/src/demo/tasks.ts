import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { createAgentRoles, type Task } from "@agent-roles/runtime";
import type { Sandbox } from "@agent-roles/sandbox";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import pc from "picocolors";
import { parse, stringify } from "yaml";
import { cloudTrailEvent } from "../harness/cloud-trail-event.ts";
import type { Deployment } from "../harness/deployment.ts";
import { agentRoles } from "../harness/in-process.ts";
import type { Screen } from "./screen.ts";

type Env = Readonly<Record<string, string | undefined>>;

export const THIRD_ACCOUNT = "123456789014";
const THIRD_PROFILE = "MyThirdAccount";
const REPORTS = "my-third-reports";
const PAYROLL = "my-third-payroll";

/** The manifest with the third role in an account of its own, where it can write to two buckets. */
export function withThirdAccount(manifest: string): string {
  const { roles, ...rest }: { roles: { profile: string }[] } = parse(manifest);
  const own = {
    account: THIRD_ACCOUNT,
    access: "full",
    statements: [
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        Resource: [REPORTS, PAYROLL].flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]),
      },
    ],
  };
  const edited = roles.map((role) => (role.profile === THIRD_PROFILE ? { ...role, ...own } : role));
  return stringify({ ...rest, roles: edited }).replaceAll(/\d{12}(?=:role\/agent-roles\/MyThirdRole)/g, THIRD_ACCOUNT);
}

/** The tasks of one agent, and what they can do. */
export interface TaskScene {
  /** Two tasks for two people: who each profile is in them. */
  readonly open: () => Promise<void>;
  /** A write of the read-only task, and the same write of the other one. */
  readonly write: () => Promise<void>;
  /** A sub-agent that sees one of two buckets. */
  readonly narrow: () => Promise<void>;
  /** The events of all that, and who is behind each. */
  readonly audit: () => Promise<void>;
  readonly end: () => Promise<void>;
}

export async function taskScene(
  show: Screen,
  { deployment, agent, sandbox }: { deployment: Deployment; agent: Readonly<Record<string, string>>; sandbox: Sandbox },
): Promise<TaskScene> {
  const file = join(deployment.cdkOut, "agent-roles.env");
  const env: Env = { ...agent, ...parseEnv(await readFile(file, "utf8")) };
  // The SDK of this process.
  process.env["AWS_ENDPOINT_URL"] = sandbox.endpoint;
  const masterCredentials = async () => ({
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    sessionToken: env["AWS_SESSION_TOKEN"] ?? "",
  });
  const roles = createAgentRoles({ env, masterCredentials });
  const incident = roles.task({ id: "INC-42", onBehalfOf: "alice@example.com", access: "read", ttlSeconds: 900 });
  const report = roles.task({ id: "REP-7", onBehalfOf: "bob@example.com", profiles: [THIRD_PROFILE], ttlSeconds: 900 });
  const admin = s3({ credentials: sandbox.admin(THIRD_ACCOUNT) });
  for (const Bucket of [REPORTS, PAYROLL]) {
    await admin.send(new CreateBucketCommand({ Bucket }));
    await admin.send(new PutObjectCommand({ Bucket, Key: "today", Body: "0" }));
  }
  sandbox.resetCalls();

  async function attempt(what: string, expected: "allowed" | "denied", call: () => Promise<unknown>): Promise<void> {
    const error = await call().then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
    );
    const isExpected =
      error === undefined ? expected === "allowed" : expected === "denied" && error.name === "AccessDenied";
    if (!isExpected) throw new Error(`${what}: expected ${expected}, got ${error?.message ?? "allowed"}`);
    show.line(`${error === undefined ? pc.green("allowed") : pc.red("denied ")}  ${what}`);
    if (error) show.line(pc.dim(`         ${error.message}`));
  }

  const put = (task: Task) => (): Promise<unknown> =>
    s3(task.clientConfig(THIRD_PROFILE)).send(new PutObjectCommand({ Bucket: REPORTS, Key: "today", Body: task.id }));

  return {
    open: async () => {
      for (const task of [incident, report]) {
        show.line(`${task.id}, on behalf of ${task.onBehalfOf}, until ${task.endsAt?.toISOString()}`);
        for (const { profile, access } of task.profiles()) show.line(`  ${await arnOf(task, profile)}  (${access})`);
      }
    },
    write: async () => {
      await attempt(`INC-42 (read) writes s3://${REPORTS}/today`, "denied", put(incident));
      await attempt(`REP-7 (full) writes s3://${REPORTS}/today`, "allowed", put(report));
    },
    narrow: async () => {
      const Resource = `arn:aws:s3:::${REPORTS}/*`;
      const policy = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:GetObject", Resource } };
      const scoped = await report.scoped(THIRD_PROFILE, { policy, ttlSeconds: 60 });
      const client = s3({ ...scoped });
      const get = (Bucket: string) => () => client.send(new GetObjectCommand({ Bucket, Key: "today" }));
      await attempt(`the sub-agent reads s3://${REPORTS}/today`, "allowed", get(REPORTS));
      await attempt(`the sub-agent reads s3://${PAYROLL}/today`, "denied", get(PAYROLL));
    },
    audit: async () => {
      const roleArns = roles.profiles().map(({ roleArn }) => roleArn);
      const events = sandbox.calls().map((call) => cloudTrailEvent(call, roleArns));
      const trail = join(deployment.cdkOut, "trail.json");
      await writeFile(trail, JSON.stringify({ Records: events }));
      show.command("agent-roles who trail.json --env-file cdk.out/agent-roles.env");
      const { exitCode, stdout, stderr } = await agentRoles(["who", trail, "--env-file", file], agent);
      if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`);
      show.line(stdout.trimEnd());
    },
    end: async () => {
      await Promise.all([incident.end(), report.end()]);
    },
  };
}

function s3(config: S3ClientConfig): S3Client {
  return new S3Client({ region: "us-east-1", ...config, forcePathStyle: true, maxAttempts: 1 });
}

async function arnOf(task: Task, profile: string): Promise<string> {
  const { Arn = "" } = await new STSClient({ region: "us-east-1", ...task.clientConfig(profile) }).send(
    new GetCallerIdentityCommand({}),
  );
  return Arn;
}
