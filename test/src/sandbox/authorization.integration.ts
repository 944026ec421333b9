import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { CloudFormationClient, CreateStackCommand, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetRoleCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allows,
  assume,
  clientOptions,
  createAgent,
  createTarget,
  type Keys,
  MASTER,
  NAMED_IAM,
  OTHER,
  outcome,
  trusts,
} from "./fixture.ts";

let sandbox: Sandbox;
let agent: Keys;
beforeAll(async () => {
  sandbox = await startSandbox();
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
  const s3 = s3As(sandbox.admin(OTHER));
  await s3.send(new CreateBucketCommand({ Bucket: "reports" }));
  await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "a/1", Body: "one" }));
});
afterAll(() => sandbox.close());

const s3As = (keys: Keys): S3Client => new S3Client({ ...clientOptions(sandbox.endpoint, keys), forcePathStyle: true });

/** A session of a new target role with this identity policy. */
const sessionWith = async (
  name: string,
  identityPolicy: string,
  extra: Parameters<typeof assume>[3] = {},
): Promise<Keys> =>
  assume(sandbox.endpoint, agent, await createTarget(sandbox, name, trusts(), { identityPolicy }), extra);

/** `allowed`, or the name of the exception. */
const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );

const read = new GetObjectCommand({ Bucket: "reports", Key: "a/1" });
const write = () => new PutObjectCommand({ Bucket: "reports", Key: "b/2", Body: "two" });

describe("a session", () => {
  it("lets a session do in S3 what its role's policies allow", async () => {
    const keys = await sessionWith("S3Reader", allows("s3:GetObject", "s3:ListBucket"));
    const s3 = s3As(keys);
    expect(await outcomeOf(s3.send(read))).toBe("allowed");
    expect(await outcomeOf(s3.send(new ListObjectsV2Command({ Bucket: "reports" })))).toBe("allowed");
    expect(await outcomeOf(s3.send(write()))).toBe("AccessDenied");
    expect(
      await outcomeOf(s3.send(new CopyObjectCommand({ Bucket: "reports", Key: "c", CopySource: "reports/a/1" }))),
    ).toBe("AccessDenied");
    const Delete = { Objects: [{ Key: "a/1" }] };
    expect(await outcomeOf(s3.send(new DeleteObjectsCommand({ Bucket: "reports", Delete })))).toBe("AccessDenied");
    await expect(s3As(keys).send(write())).rejects.toThrow(
      `User: arn:aws:sts::${OTHER}:assumed-role/S3Reader/work is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::reports/b/2 because no identity-based policy allows the s3:PutObject action`,
    );
  });

  it("narrows a session by its session policy, and by managed policies as such", async () => {
    const narrow = await sessionWith("Narrow", allows("s3:*", "iam:*"), { Policy: allows("s3:GetObject") });
    expect(await outcomeOf(s3As(narrow).send(read))).toBe("allowed");
    expect(await outcomeOf(s3As(narrow).send(write()))).toBe("AccessDenied");
    const PolicyArns = [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }];
    const reader = await sessionWith("Reader", allows("*"), { PolicyArns });
    expect(await outcomeOf(s3As(reader).send(read))).toBe("allowed");
    expect(await outcomeOf(s3As(reader).send(write()))).toBe("AccessDenied");
  });

  it("lets a session read the bucket of another account only where the bucket's policy allows it", async () => {
    expect(await outcomeOf(s3As(sandbox.admin()).send(read))).toBe("AccessDenied");
    const Statement = {
      Effect: "Allow",
      Principal: { AWS: MASTER },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::reports/*",
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await s3As(sandbox.admin(OTHER)).send(new PutBucketPolicyCommand({ Bucket: "reports", Policy }));
    expect(await outcomeOf(s3As(sandbox.admin()).send(read))).toBe("allowed");
  });

  it("lets a session read the secrets that its policies name, by name and by ARN", async () => {
    const admin = new SecretsManagerClient(clientOptions(sandbox.endpoint, sandbox.admin(OTHER)));
    const [mine, other] = await Promise.all(
      ["app/mine", "app/other"].map((Name) => admin.send(new CreateSecretCommand({ Name, SecretString: "s" }))),
    );
    const Statement = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: mine?.ARN };
    const keys = await sessionWith("Secrets", JSON.stringify({ Version: "2012-10-17", Statement }));
    const client = new SecretsManagerClient(clientOptions(sandbox.endpoint, keys));
    const hidden = new GetSecretValueCommand({
      SecretId: "app/mine",
      VersionStage: "&SecretId=app/other&Action=ListSecrets&",
    });
    expect(await outcomeOf(client.send(hidden))).toBe("ResourceNotFoundException");
    const get = (SecretId?: string) => outcomeOf(client.send(new GetSecretValueCommand({ SecretId })));
    expect([await get("app/mine"), await get(mine?.ARN)]).toEqual(["allowed", "allowed"]);
    expect([await get("app/other"), await get(other?.ARN), await get("gone")]).toEqual(
      Array(3).fill("AccessDeniedException"),
    );
  });

  it("answers a session without permissions for IAM and CloudFormation with AWS's errors", async () => {
    const keys = await sessionWith("Nothing", allows("s3:*"));
    const options = clientOptions(sandbox.endpoint, keys);
    expect(await outcomeOf(new IAMClient(options).send(new ListRolesCommand({})))).toBe("AccessDenied");
    expect(await outcomeOf(new IAMClient(options).send(new GetRoleCommand({ RoleName: "Nothing" })))).toBe(
      "AccessDenied",
    );
    expect(await outcomeOf(new CloudFormationClient(options).send(new ListStacksCommand({})))).toBe("AccessDenied");
  });

  it("refuses a revoked session from its next call on, and accepts a new one", async () => {
    const roleArn = await createTarget(sandbox, "Revoked", trusts(), { identityPolicy: allows("*") });
    const before = await assume(sandbox.endpoint, agent, roleArn);
    const now = new Date(Date.now() + 1).toISOString();
    const Statement = {
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { DateLessThan: { "aws:TokenIssueTime": now } },
    };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const iam = new IAMClient(clientOptions(sandbox.endpoint, sandbox.admin(OTHER)));
    await iam.send(
      new PutRolePolicyCommand({ RoleName: "Revoked", PolicyName: "AWSRevokeOlderSessions", PolicyDocument }),
    );
    // By AWS's clock, the new session is a second younger.
    sandbox.faults({ clockOffsetMs: 1_000 });
    const after = await assume(sandbox.endpoint, agent, roleArn);
    expect([await outcomeOf(s3As(before).send(read)), await outcomeOf(s3As(after).send(read))]).toEqual([
      "AccessDenied",
      "allowed",
    ]);
    expect(await outcome(sandbox.endpoint, before, roleArn)).toBe("AccessDenied");
    sandbox.faults({});
  });
});

describe("CloudFormation", () => {
  it("requires permission for CloudFormation, which acts with its own permissions", async () => {
    const TemplateBody = JSON.stringify({ Resources: { User: { Type: "AWS::IAM::User" } } });
    const stack = new CreateStackCommand({ StackName: "mine", TemplateBody, ...NAMED_IAM });
    const none = await sessionWith("NoStacks", allows("iam:*"));
    expect(await outcomeOf(new CloudFormationClient(clientOptions(sandbox.endpoint, none)).send(stack))).toBe(
      "AccessDenied",
    );
    const stacks = await sessionWith("Stacks", allows("cloudformation:*"));
    expect(await outcomeOf(new CloudFormationClient(clientOptions(sandbox.endpoint, stacks)).send(stack))).toBe(
      "allowed",
    );
  });
});
