import { contextOf, evaluateAction, groupBy, type PolicyDocument, readCaller, readPolicySet } from "@agent-roles/iam";
import { parseRoleEnv } from "@agent-roles/runtime";
import { sessionPolicies } from "@agent-roles/runtime/master";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { GetPolicyCommand, GetPolicyVersionCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, it } from "vitest";
import { allows, assume, clientOptions, createAgent, createTarget, iamOf, OTHER, trusts } from "../sandbox/fixture.ts";
import { type Action, actionsOfAws, digest, isReading, mentionsSecret } from "./actions.ts";
import { REVIEWED_ACTIONS } from "./reviewed-actions.ts";

type Level = "view" | "read";

const POLICIES: Readonly<Record<Level, string>> = {
  view: "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
  read: "arn:aws:iam::aws:policy/ReadOnlyAccess",
};

let sandbox: Sandbox;
/** Every action of AWS. */
let actions: readonly Action[];
/** What a session of a level can do, of all of these. */
let able: Readonly<Record<Level, ReadonlySet<string>>>;
/** AWS's managed policies, as moto has them. */
let managed: Readonly<Record<Level, PolicyDocument>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  [actions, managed] = await Promise.all([
    actionsOfAws(),
    Promise.all([managedPolicy(POLICIES.view), managedPolicy(POLICIES.read)]).then(([view, read]) => ({ view, read })),
  ]);
  const ableOf = (level: Level): ReadonlySet<string> => new Set(allowed(actions, policiesOf(level)));
  able = { view: ableOf("view"), read: ableOf("read") };
});
afterAll(() => sandbox.close());

async function managedPolicy(arn: string): Promise<PolicyDocument> {
  const iam = iamOf(sandbox, OTHER);
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const version = { PolicyArn: arn, VersionId: Policy?.DefaultVersionId };
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(version));
  return JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""));
}

/** The session policies of a level. */
function policiesOf(level: Level): readonly PolicyDocument[] {
  const [role] = parseRoleEnv({ AWS_ROLE_1: `arn:aws:iam::${OTHER}:role/MyRole:p`, AWS_ROLE_1_ACCESS: level }).roles;
  const { Policy = "", PolicyArns } = role ? sessionPolicies(role) : {};
  expect(PolicyArns).toEqual([{ arn: POLICIES[level] }]);
  return [managed[level], JSON.parse(Policy)];
}

/** The actions that a session with these policies of a role that can do everything can do, on any resource or on this one. */
function allowed(candidates: readonly Action[], policies: readonly PolicyDocument[], resource = "*"): string[] {
  const caller = readCaller({ arn: `arn:aws:sts::${OTHER}:assumed-role/MyRole/work` });
  if (typeof caller === "string") throw new Error(caller);
  const identityPolicies = [JSON.parse(allows("*"))];
  const request = { caller, resource, resourceAccount: OTHER, context: contextOf([]) };
  return [...groupBy(candidates, ({ service }) => service)].flatMap(([service, members]) => {
    // To match all of ReadOnlyAccess with each of 22,000 actions takes a minute.
    const narrowing = policies.map((policy) => ofService(policy, service));
    const set = readPolicySet({ identityPolicies, sessionPolicies: narrowing }, caller, resource);
    const can = (action: string): boolean =>
      evaluateAction({ ...request, action, resources: new Map() }, set).decision === "allowed";
    return members.map(({ name }) => name).filter(can);
  });
}

/** A policy without the actions of other services: an action names its service in full. */
function ofService(policy: PolicyDocument, service: string): PolicyDocument {
  const { Statement }: { Statement: readonly { Action: string | string[] }[] } = JSON.parse(JSON.stringify(policy));
  const own = Statement.map((statement) => {
    const Action = [statement.Action]
      .flat()
      .filter((action) => /^[a-z0-9-]+:/.test(action) && action.startsWith(`${service}:`));
    return { ...statement, Action };
  });
  return { ...policy, Statement: own.filter(({ Action }) => Action.length > 0) };
}

/** `allowed`, or the name of the exception. */
const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );

it.each(["view", "read"] as const)("%s allows no action of level Write, Tagging or Permissions management", (level) => {
  expect(able[level].size).toBeGreaterThan(1000);
  expect(actions.filter((action) => able[level].has(action.name) && !isReading(action))).toEqual([]);
});

it.each(["view", "read"] as const)("%s allows nothing that mentions a secret, but for what was reviewed", (level) => {
  const reviewed = new Set(Object.values(REVIEWED_ACTIONS).flat());
  const mentioned = actions.filter((action) => able[level].has(action.name) && mentionsSecret(action));
  expect(mentioned.filter(({ name }) => !reviewed.has(name))).toEqual([]);
});

it.each([
  "acm:GetAcmeExternalAccountBindingCredentials",
  "amplify:GetApp",
  "codeartifact:GetAuthorizationToken",
  "cognito-identity:GetCredentialsForIdentity",
  "cognito-idp:DescribeUserPoolClient",
  "directconnect:DescribeVirtualInterfaces",
  "ec2:DescribeVpnConnections",
  "ec2:GetPasswordData",
  "ecr:GetAuthorizationToken",
  "iotwireless:GetWirelessDevice",
  "kinesisvideo:GetIceServerConfig",
  "mediapackage:DescribeChannel",
  "secretsmanager:BatchGetSecretValue",
  "secretsmanager:GetSecretValue",
  "ssm:GetParameter",
  "ssm:GetParametersByPath",
  "storagegateway:DescribeChapCredentials",
  "sts:GetSessionToken",
  "workspaces-web:GetIdentityProvider",
])("view and read deny %s, whatever else allows it", (name) => {
  const named = actions.filter((action) => action.name === name);
  expect(named).toHaveLength(1);
  const anything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: [name], Resource: "*" }],
  };
  expect(allowed(named, [anything])).toEqual([name]);
  for (const level of ["view", "read"] as const) expect(allowed(named, [anything, ...policiesOf(level)])).toEqual([]);
});

it.each([
  ["/restapis", ["apigateway:GET"]],
  ["/apikeys", []],
  ["/apikeys/a1b2", []],
  ["/usageplans/u1/keys", []],
  ["/usageplans/u1", ["apigateway:GET"]],
])("read allows GET %s of API Gateway: %j", (path, expected) => {
  const get = actions.filter(({ name }) => name === "apigateway:GET");
  expect(allowed(get, policiesOf("read"), `arn:aws:apigateway:eu-west-1::${path}`)).toEqual(expected);
});

it("view keeps at least 99 % of the List actions of ViewOnlyAccess, and read of ReadOnlyAccess", () => {
  const lists = actions.filter(({ level }) => level === "List");
  for (const level of ["view", "read"] as const) {
    const kept = lists.filter(({ name }) => able[level].has(name));
    const share = kept.length / allowed(lists, [managed[level]]).length;
    expect(share, level).toBeGreaterThanOrEqual(0.99);
  }
});

it("knows every List and Read action of AWS: a service in the difference has actions that nobody has classified", async () => {
  // Look at what they return, add to denied-actions.ts what returns a secret, then update the file with --update.
  await expect(digest(actions)).toMatchFileSnapshot("classified-services.txt");
});

it("a read session lists buckets and reads objects, and AWS refuses its writes and secrets; a view session reads no object", async () => {
  const agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
  const role = await createTarget(sandbox, "Everything", trusts(), { identityPolicy: allows("*") });
  const admin = clientOptions(sandbox.endpoint, sandbox.admin(OTHER));
  const adminS3 = new S3Client({ ...admin, forcePathStyle: true });
  await adminS3.send(new CreateBucketCommand({ Bucket: "levels" }));
  await adminS3.send(new PutObjectCommand({ Bucket: "levels", Key: "a", Body: "one" }));
  await new SecretsManagerClient(admin).send(new CreateSecretCommand({ Name: "app/key", SecretString: "s" }));
  const results = async (level: "view" | "read" | "full") => {
    const [target] = parseRoleEnv({ AWS_ROLE_1: `${role}:p`, AWS_ROLE_1_ACCESS: level }).roles;
    const options = clientOptions(
      sandbox.endpoint,
      await assume(sandbox.endpoint, agent, role, target && sessionPolicies(target)),
    );
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    return [
      await outcomeOf(s3.send(new ListBucketsCommand({}))),
      await outcomeOf(s3.send(new GetObjectCommand({ Bucket: "levels", Key: "a" }))),
      await outcomeOf(s3.send(new PutObjectCommand({ Bucket: "levels", Key: "b", Body: "two" }))),
      await outcomeOf(new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: "app/key" }))),
    ];
  };
  expect(await results("full")).toEqual(["allowed", "allowed", "allowed", "allowed"]);
  expect(await results("read")).toEqual(["allowed", "allowed", "AccessDenied", "AccessDeniedException"]);
  expect(await results("view")).toEqual(["allowed", "AccessDenied", "AccessDenied", "AccessDeniedException"]);
});
