import { type AwsCaller, evaluateAssumeRole, type RequestedRole } from "@agent-roles/trust";

const ACCOUNTS = 200;
const ROLES_AN_ACCOUNT = 5;
const MASTER = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";
const ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

const accounts = Array.from({ length: ACCOUNTS }, (_, index) => String(100_000_000_000 + index));

/** As infra writes it without an organization: one pattern an account. */
const caller: AwsCaller = {
  arn: "arn:aws:sts::123456789012:assumed-role/agent-master/bench",
  principalArn: MASTER,
  identityPolicies: [
    {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ACTIONS,
          Resource: accounts.map((account) => `arn:aws:iam::${account}:role/agent-roles/*`),
        },
      ],
    },
  ],
};

const roles: RequestedRole[] = accounts.flatMap((account) =>
  Array.from({ length: ROLES_AN_ACCOUNT }, (_, index) => ({
    arn: `arn:aws:iam::${account}:role/agent-roles/Role${index}`,
    trustPolicy: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::123456789012:root" },
          Action: ACTIONS,
          Condition: { ArnEquals: { "aws:PrincipalArn": MASTER }, StringEquals: { "sts:ExternalId": `id-${account}` } },
        },
      ],
    },
  })),
);

const request = { roleSessionName: "bench", sessionTags: { agent: "bench" }, sourceIdentity: "bench" };
for (const role of roles) {
  const externalId = `id-${role.arn.split(":")[4]}`;
  const { decision } = evaluateAssumeRole({ caller, role, request: { ...request, externalId } });
  if (decision !== "allowed") throw new Error(`${role.arn} is ${decision}`);
}
