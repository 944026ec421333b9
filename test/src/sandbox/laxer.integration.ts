import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DeleteRoleCommand, DeleteRolePolicyCommand, ListOpenIDConnectProvidersCommand } from "@aws-sdk/client-iam";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allows,
  assume,
  clientOptions,
  createAgent,
  createTarget,
  iamOf,
  NAMED_IAM,
  type Keys,
  MASTER,
  OTHER,
  outcome,
  trusts,
} from "./fixture.ts";

let sandbox: Sandbox;
let agent: Keys;
beforeAll(async () => {
  sandbox = await startSandbox();
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
});
afterAll(() => sandbox.close());

const README = new URL("../../../packages/sandbox/README.md", import.meta.url);
const deploy = async (
  StackName: string,
  resource: object,
  keys: Keys = sandbox.admin(),
): Promise<string | undefined> => {
  const client = new CloudFormationClient(clientOptions(sandbox.endpoint, keys));
  await client.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources: { A: resource } }), ...NAMED_IAM }),
  );
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.StackStatus;
};

/** Each line of the README's list that a call can show. A line that no longer holds fails here, and leaves the list. */
const SHOWN: Readonly<Record<string, () => Promise<void>>> = {
  "Principals in accounts that the sandbox does not have are accepted.": async () => {
    const Principal = { AWS: "arn:aws:iam::999999999999:role/NotThere" };
    expect(await createTarget(sandbox, "Stranger", trusts({ Principal }))).toContain("Stranger");
  },
  "A principal that was deleted and created again is still trusted.": async () => {
    const RoleName = "Again";
    const iam = iamOf(sandbox, OTHER);
    const first = await createTarget(sandbox, RoleName, trusts(), { identityPolicy: allows("sts:*") });
    const target = await createTarget(sandbox, "TrustsAgain", trusts({ Principal: { AWS: first }, Condition: {} }));
    const caller = await assume(sandbox.endpoint, agent, first);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "inline" }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await createTarget(sandbox, RoleName, trusts(), { identityPolicy: allows("sts:*") });
    expect(await outcome(sandbox.endpoint, caller, target)).toBe("allowed");
  },
  "CloudFormation acts with its own permissions, not with those of the caller or of its service role.": async () => {
    const identityPolicy = allows("cloudformation:*");
    const keys = await assume(
      sandbox.endpoint,
      agent,
      await createTarget(sandbox, "Stacks", trusts(), { identityPolicy }),
    );
    expect(await deploy("users", { Type: "AWS::IAM::User" }, keys)).toBe("CREATE_COMPLETE");
  },
  "A resource of a type that does not exist, or that moto does not know, is ignored.": async () => {
    expect(await deploy("bogus", { Type: "AWS::Nope::Nope" })).toBe("CREATE_COMPLETE");
  },
  "An OIDC provider in a template is ignored.": async () => {
    const Properties = { Url: "https://idp.example", ClientIdList: ["a"] };
    expect(await deploy("oidc", { Type: "AWS::IAM::OIDCProvider", Properties })).toBe("CREATE_COMPLETE");
    const { OpenIDConnectProviderList } = await iamOf(sandbox, MASTER).send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).toEqual([]);
  },
};

describe("the sandbox is laxer than AWS", () => {
  it.each(Object.entries(SHOWN))("%s", async (line, shows) => {
    expect(await readFile(README, "utf8")).toContain(`- ${line}`);
    await shows();
  });
});
