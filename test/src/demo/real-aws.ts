/** How to do the same in real accounts. */
export const REAL_AWS = `The same on real AWS:
  1. edit agent-roles.yaml: your accounts, your roles, who can assume the master role
  2. pnpm agent-roles deploy                     with credentials that can assume the deploy role in each account
  3. give the agent the master role and the values of cdk.out/agent-roles.env
  4. agent-roles run                             and aws --profile MyFirstAccount, boto3, Terraform and the SDKs find their keys
See README.md.`;
