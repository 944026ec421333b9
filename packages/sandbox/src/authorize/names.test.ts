import { describe, expect, it } from "vitest";
import { nameCloudFormation } from "./name-cloudformation.ts";
import { nameIam } from "./name-iam.ts";
import { nameJson } from "./name-json.ts";
import { nameS3 } from "./name-s3.ts";
import type { Named, ServiceRequest } from "./named-request.ts";

const ACCOUNT = "123456789012";
const lookup = {
  iamArn: async (account: string, kind: string, name: string) =>
    name === "known" ? `arn:aws:iam::${account}:${kind}/agents/known` : undefined,
  secretArn: async (account: string, region: string, id: string) =>
    id === "known" ? `arn:aws:secretsmanager:${region}:${account}:secret:known-a1B2c3` : undefined,
};

const asked = (service: string, request: ServiceRequest["request"], body = ""): ServiceRequest => ({
  request,
  body: Buffer.from(body),
  signed: { service, region: "eu-central-1" },
  accountId: ACCOUNT,
  userArn: `arn:aws:iam::${ACCOUNT}:user/alice`,
});

const form = (service: string, parameters: Record<string, string>): ServiceRequest => {
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return asked(service, { method: "POST", url: "/", headers }, new URLSearchParams(parameters).toString());
};

const json = (service: string, target: string, input: object): ServiceRequest => {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  return asked(service, { method: "POST", url: "/", headers }, JSON.stringify(input));
};

/** `action resource`, as the tables below have it. */
const lines = (named: Named): string | readonly string[] =>
  typeof named === "string" ? named : named.map(({ action, resource }) => `${action} ${resource}`);

const iam = `arn:aws:iam::${ACCOUNT}`;

describe("nameIam", () => {
  it.each<[Record<string, string>, string[]]>([
    [{ Action: "ListRoles" }, ["iam:ListRoles *"]],
    [{ Action: "CreateRole", RoleName: "r", Path: "/a/" }, [`iam:CreateRole ${iam}:role/a/r`]],
    [{ Action: "CreateRole", RoleName: "r" }, [`iam:CreateRole ${iam}:role/r`]],
    [{ Action: "GetRole", RoleName: "known" }, [`iam:GetRole ${iam}:role/agents/known`]],
    [{ Action: "DeleteRole", RoleName: "gone" }, [`iam:DeleteRole ${iam}:role/gone`]],
    [{ Action: "PutUserPolicy", UserName: "known", PolicyName: "p" }, [`iam:PutUserPolicy ${iam}:user/agents/known`]],
    [{ Action: "AttachRolePolicy", RoleName: "r", PolicyArn: "arn:p" }, [`iam:AttachRolePolicy ${iam}:role/r`]],
    [{ Action: "CreatePolicyVersion", PolicyArn: `${iam}:policy/p` }, [`iam:CreatePolicyVersion ${iam}:policy/p`]],
    [{ Action: "CreatePolicy", PolicyName: "p", Path: "/a/" }, [`iam:CreatePolicy ${iam}:policy/a/p`]],
    [{ Action: "AddUserToGroup", UserName: "u", GroupName: "g" }, [`iam:AddUserToGroup ${iam}:group/g`]],
    [
      { Action: "AddRoleToInstanceProfile", RoleName: "r", InstanceProfileName: "i" },
      [`iam:AddRoleToInstanceProfile ${iam}:instance-profile/i`, `iam:PassRole ${iam}:role/r`],
    ],
    [{ Action: "CreateAccessKey" }, [`iam:CreateAccessKey ${iam}:user/alice`]],
    [
      { Action: "CreateOpenIDConnectProvider", Url: "https://idp.example/x" },
      [`iam:CreateOpenIDConnectProvider ${iam}:oidc-provider/idp.example/x`],
    ],
  ])("names %j", async (parameters, expected) => {
    expect(lines(await nameIam(form("iam", parameters), lookup))).toEqual(expected);
  });

  it("gives the policy and the boundary of a call as condition keys", async () => {
    const call = { Action: "AttachRolePolicy", RoleName: "r", PolicyArn: "arn:p", PermissionsBoundary: "arn:b" };
    expect(await nameIam(form("iam", call), lookup)).toMatchObject([
      { context: { "iam:PolicyARN": "arn:p", "iam:PermissionsBoundary": "arn:b" } },
    ]);
  });

  it.each<[string, ServiceRequest]>([
    ["an action that it does not know", form("iam", { Action: "SimulatePrincipalPolicy" })],
    ["no action", form("iam", { RoleName: "r" })],
    [
      "two actions",
      asked(
        "iam",
        { method: "POST", url: "/", headers: { "content-type": "application/x-www-form-urlencoded" } },
        "Action=GetRole&Action=DeleteRole&RoleName=r",
      ),
    ],
    [
      "another action in the query string",
      {
        ...form("iam", { Action: "ListRoles" }),
        request: {
          method: "POST",
          url: "/?Action=DeleteRole&RoleName=r",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
      },
    ],
    [
      "a form that is sent as another type",
      asked("iam", { method: "POST", url: "/", headers: { "content-type": "text/plain" } }, "Action=ListRoles"),
    ],
    [
      "a target beside the action",
      asked(
        "iam",
        {
          method: "POST",
          url: "/",
          headers: { "content-type": "application/x-www-form-urlencoded", "x-amz-target": "x.DeleteRole" },
        },
        "Action=ListRoles",
      ),
    ],
    [
      "an encoded body",
      asked(
        "iam",
        {
          method: "POST",
          url: "/",
          headers: { "content-encoding": "gzip", "content-type": "application/x-www-form-urlencoded" },
        },
        "Action=ListRoles",
      ),
    ],
  ])("does not name %s", async (_case, request) => {
    expect(await nameIam(request, lookup)).toEqual(expect.any(String));
  });
});

const cloudFormation = `arn:aws:cloudformation:eu-central-1:${ACCOUNT}`;

describe("nameCloudFormation", () => {
  it.each<[Record<string, string>, string[]]>([
    [{ Action: "CreateStack", StackName: "s" }, [`cloudformation:CreateStack ${cloudFormation}:stack/s/*`]],
    [{ Action: "DescribeStacks" }, ["cloudformation:DescribeStacks *"]],
    [
      { Action: "DeleteStack", StackName: `${cloudFormation}:stack/s/1` },
      [`cloudformation:DeleteStack ${cloudFormation}:stack/s/1`],
    ],
    [
      { Action: "UpdateStack", StackName: "s", RoleARN: `${iam}:role/r` },
      [`cloudformation:UpdateStack ${cloudFormation}:stack/s/*`, `iam:PassRole ${iam}:role/r`],
    ],
    [
      { Action: "CreateStackInstances", StackSetName: "x" },
      [`cloudformation:CreateStackInstances ${cloudFormation}:stackset/x:*`],
    ],
  ])("names %j", (parameters, expected) => {
    expect(lines(nameCloudFormation(form("cloudformation", parameters)))).toEqual(expected);
  });

  it("does not name an action without a stack", () => {
    expect(nameCloudFormation(form("cloudformation", { Action: "DeleteStack" }))).toEqual(expect.any(String));
  });
});

const secrets = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:`;
const parameter = `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/`;
const table = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/`;

describe("nameJson", () => {
  it.each<[string, string, object, string[]]>([
    [
      "secretsmanager",
      "secretsmanager.GetSecretValue",
      { SecretId: "known" },
      [`secretsmanager:GetSecretValue ${secrets}known-a1B2c3`],
    ],
    [
      "secretsmanager",
      "secretsmanager.GetSecretValue",
      { SecretId: "gone" },
      [`secretsmanager:GetSecretValue ${secrets}gone`],
    ],
    ["secretsmanager", "secretsmanager.CreateSecret", { Name: "new" }, [`secretsmanager:CreateSecret ${secrets}new`]],
    ["secretsmanager", "secretsmanager.ListSecrets", {}, ["secretsmanager:ListSecrets *"]],
    ["ssm", "AmazonSSM.GetParameter", { Name: "/app/key:3" }, [`ssm:GetParameter ${parameter}app/key`]],
    [
      "ssm",
      "AmazonSSM.GetParameters",
      { Names: ["a", "/b"] },
      [`ssm:GetParameters ${parameter}a`, `ssm:GetParameters ${parameter}b`],
    ],
    ["ssm", "AmazonSSM.GetParametersByPath", { Path: "/app" }, [`ssm:GetParametersByPath ${parameter}app`]],
    ["dynamodb", "DynamoDB_20120810.PutItem", { TableName: "t" }, [`dynamodb:PutItem ${table}t`]],
    ["dynamodb", "DynamoDB_20120810.Query", { TableName: "t", IndexName: "i" }, [`dynamodb:Query ${table}t/index/i`]],
    [
      "dynamodb",
      "DynamoDB_20120810.BatchGetItem",
      { RequestItems: { a: {}, b: {} } },
      [`dynamodb:BatchGetItem ${table}a`, `dynamodb:BatchGetItem ${table}b`],
    ],
    [
      "dynamodb",
      "DynamoDB_20120810.TransactWriteItems",
      { TransactItems: [{ Put: { TableName: "a" } }, { Delete: { TableName: "b" } }] },
      [`dynamodb:PutItem ${table}a`, `dynamodb:DeleteItem ${table}b`],
    ],
    ["organizations", "AWSOrganizationsV20161128.ListAccounts", {}, ["organizations:ListAccounts *"]],
  ])("names a call of %s: %s %j", async (service, target, input, expected) => {
    expect(lines(await nameJson(json(service, target, input), lookup))).toEqual(expected);
  });

  it.each<[string, ServiceRequest]>([
    ["an action of another part of Systems Manager", json("ssm", "AmazonSSM.SendCommand", { Name: "x" })],
    ["a secret without an ID", json("secretsmanager", "secretsmanager.GetSecretValue", {})],
    [
      "a target of three parts",
      json("secretsmanager", "secretsmanager.GetSecretValue.DeleteSecret", { SecretId: "known" }),
    ],
    ["PartiQL", json("dynamodb", "DynamoDB_20120810.ExecuteStatement", { Statement: "DELETE FROM t" })],
    [
      "a transaction with one unknown operation",
      json("dynamodb", "DynamoDB_20120810.TransactWriteItems", {
        TransactItems: [{ Put: { TableName: "a" } }, { Drop: { TableName: "b" } }],
      }),
    ],
    ["a service that it does not know", json("kms", "TrentService.Decrypt", { KeyId: "x" })],
    [
      "a second action in the query string",
      {
        ...json("ssm", "AmazonSSM.GetParameter", { Name: "a" }),
        request: {
          method: "POST",
          url: "/?Action=x",
          headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
        },
      },
    ],
    [
      "a body that is not JSON",
      asked(
        "ssm",
        {
          method: "POST",
          url: "/",
          headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
        },
        "Name=a",
      ),
    ],
  ])("does not name %s", async (_case, request) => {
    expect(await nameJson(request, lookup)).toEqual(expect.any(String));
  });

  it.each([
    ["cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"],
    ["logs", "Logs_20140328.DescribeLogGroups"],
    ["kms", "TrentService.Decrypt"],
  ])("names the service that the sandbox does not have: %s", async (service, target) => {
    const reason = `the sandbox does not have the service ${service}`;
    expect(await nameJson(json(service, target, {}), lookup)).toBe(reason);
  });
});

const s3 = (method: string, url: string, headers = {}, body = ""): Named =>
  nameS3({ request: { method, url, headers }, body: Buffer.from(body) });

describe("nameS3", () => {
  it.each<[string, string, string[]]>([
    ["GET", "/", ["s3:ListAllMyBuckets *"]],
    ["GET", "/b", ["s3:ListBucket arn:aws:s3:::b"]],
    ["GET", "/b/?list-type=2&prefix=a", ["s3:ListBucket arn:aws:s3:::b"]],
    ["HEAD", "/b", ["s3:ListBucket arn:aws:s3:::b"]],
    ["PUT", "/b", ["s3:CreateBucket arn:aws:s3:::b"]],
    ["DELETE", "/b?policy", ["s3:DeleteBucketPolicy arn:aws:s3:::b"]],
    ["GET", "/b/a%20b/c?x-id=GetObject", ["s3:GetObject arn:aws:s3:::b/a b/c"]],
    ["GET", "/b/k?versionId=1", ["s3:GetObjectVersion arn:aws:s3:::b/k"]],
    ["HEAD", "/b/k", ["s3:GetObject arn:aws:s3:::b/k"]],
    ["PUT", "/b/k?X-Amz-Expires=1&X-Amz-Content-Sha256=x", ["s3:PutObject arn:aws:s3:::b/k"]],
    ["PUT", "/b/k?tagging", ["s3:PutObjectTagging arn:aws:s3:::b/k"]],
    ["PUT", "/b/k?partNumber=1&uploadId=u", ["s3:PutObject arn:aws:s3:::b/k"]],
    ["POST", "/b/k?uploads", ["s3:PutObject arn:aws:s3:::b/k"]],
    ["DELETE", "/b/k?uploadId=u", ["s3:AbortMultipartUpload arn:aws:s3:::b/k"]],
    ["DELETE", "/b/k", ["s3:DeleteObject arn:aws:s3:::b/k"]],
  ])("names %s %s", (method, url, expected) => {
    expect(lines(s3(method, url))).toEqual(expected);
  });

  it("names what a copy reads, tags that a write sets, and each key that a bulk delete removes", () => {
    const headers = { "x-amz-copy-source": "/from/a%20key", "x-amz-tagging": "a=b" };
    expect(lines(s3("PUT", "/b/k", headers))).toEqual([
      "s3:PutObject arn:aws:s3:::b/k",
      "s3:PutObjectTagging arn:aws:s3:::b/k",
      "s3:GetObject arn:aws:s3:::from/a key",
    ]);
    const body =
      "<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>1</VersionId></Object></Delete>";
    expect(lines(s3("POST", "/b?delete", {}, body))).toEqual([
      "s3:DeleteObject arn:aws:s3:::b/a&b",
      "s3:DeleteObjectVersion arn:aws:s3:::b/c",
    ]);
  });

  it.each([
    ["GET", "/b?unknown"],
    ["GET", "/b?policy&acl"],
    ["GET", "//b/k"],
    ["PUT", "/"],
    ["POST", "/b"],
    ["GET", "/b/%zz"],
    ["GET", "/b%2Fk"],
    ["POST", "/b?delete"],
  ])("does not name %s %s", (method, url) => {
    expect(s3(method, url)).toEqual(expect.any(String));
  });
});
