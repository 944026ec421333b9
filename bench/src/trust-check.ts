import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { againstBareNode } from "./harness/against-bare-node.ts";
import { CHILDREN } from "./harness/run-node.ts";
import { ACCOUNTS, MASTER_ACCOUNT, ROLES_AN_ACCOUNT } from "./harness/synth-size.ts";
import { inTemporaryFolder } from "./harness/temporary-folder.ts";

const MASTER = `arn:aws:iam::${MASTER_ACCOUNT}:role/agent-roles-master/agent-master`;
const ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

export const trustCheck: Bench = {
  name: "trust-check",
  what: "1,000 roles in 200 templates read and linted together, from start to end, against node -e 0",
  budget: { kind: "difference", atMost: 1_000 },
  run: () =>
    inTemporaryFolder(async (folder) => {
      await Promise.all(
        ACCOUNTS.map((account) =>
          writeFile(join(folder, `${account}.template.json`), JSON.stringify(template(account))),
        ),
      );
      return againstBareNode([join(CHILDREN, "check-trust.js"), folder, MASTER]);
    }),
};

/** As infra writes it without an organization: every target trusts the master's account, narrowed to the master. */
function template(account: string): object {
  const targets = Array.from({ length: ROLES_AN_ACCOUNT }, (_, index) => [
    `Role${index}`,
    role(`Role${index}`, "/agents/", [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${MASTER_ACCOUNT}:root` },
        Action: ACTIONS,
        Condition: { ArnEquals: { "aws:PrincipalArn": MASTER } },
      },
    ]),
  ]);
  return { Resources: Object.fromEntries(account === MASTER_ACCOUNT ? [["Master", master()], ...targets] : targets) };
}

/** The path is short: one pattern an account has to stay clear of the quota of inline policies. */
function master(): object {
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const Resource = ACCOUNTS.map((account) => `arn:aws:iam::${account}:role/agents/*`);
  const PolicyDocument = policy([{ Effect: "Allow", Action: ACTIONS, Resource }]);
  return role("agent-master", "/agent-roles-master/", [trust], [{ PolicyName: "agent-roles", PolicyDocument }]);
}

function role(RoleName: string, Path: string, trust: readonly object[], Policies: readonly object[] = []): object {
  return {
    Type: "AWS::IAM::Role",
    Properties: { RoleName, Path, AssumeRolePolicyDocument: policy(trust), Policies },
  };
}

function policy(Statement: readonly object[]): object {
  return { Version: "2012-10-17", Statement };
}
