import { expect, it } from "vitest";
import { accountTemplates } from "./account-templates.ts";
import { exampleManifest } from "./example.test-helper.ts";

const options = { account: "123456789013", region: "eu-central-1" };

function terraformOf(
  changes: Readonly<Record<string, unknown>> = {},
  account = options.account,
): { readonly resource: Record<string, Record<string, never>>; readonly output?: unknown } {
  const [text = ""] = accountTemplates(exampleManifest(changes), { ...options, account, format: "terraform" });
  return JSON.parse(text);
}

it("writes the same roles as CloudFormation and as Terraform", () => {
  const [template = ""] = accountTemplates(exampleManifest(), { ...options, format: "cloudformation" });
  const roles = Object.values<{ Properties: { RoleName: string; AssumeRolePolicyDocument: unknown } }>(
    JSON.parse(template).Resources,
  );
  const { resource } = terraformOf();
  const written = Object.values<{ name: string; assume_role_policy: string }>(resource["aws_iam_role"] ?? {});
  expect(written.map(({ name }) => name)).toEqual(["MySecondRole", "MyThirdRole"]);
  expect(written.map((role) => JSON.parse(role.assume_role_policy))).toEqual(
    roles.map(({ Properties }) => Properties.AssumeRolePolicyDocument),
  );
});

it("keeps policy variables from Terraform, which would read them as expressions", () => {
  const statements = [{ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:PrincipalTag/team}/*" }];
  const { resource } = terraformOf({ roles: [{ profile: "P", account: options.account, roleName: "R", statements }] });
  const [policy] = Object.values<{ policy: string }>(resource["aws_iam_role_policy"] ?? {});
  expect(policy?.policy).toContain("$${aws:PrincipalTag/team}");
});

it("attaches managed policies, and gives EC2 an instance profile of the master", () => {
  const master = { account: "123456789012", roleName: "agent-master", trustedBy: [{ service: "ec2" }] };
  const managedPolicies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"];
  const roles = [{ profile: "P", account: "123456789012", roleName: "R", managedPolicies, tags: { team: "a" } }];
  const { resource, output } = terraformOf({ master, roles }, "123456789012");
  expect(Object.values(resource["aws_iam_role_policy_attachment"] ?? {})).toEqual([
    { role: expect.stringMatching(/^\$\{aws_iam_role\.TargetR\w+\.name\}$/), policy_arn: managedPolicies[0] },
  ]);
  expect(Object.values(resource["aws_iam_instance_profile"] ?? {})).toMatchObject([{ name: "agent-master" }]);
  expect(Object.values(resource["aws_iam_role"] ?? {})).toMatchObject([
    { name: "agent-master" },
    { tags: { team: "a" } },
  ]);
  expect(output).toEqual({ AwsRoleR: { value: "arn:aws:iam::123456789012:role/agent-roles/R:P" } });
});

it("writes nothing for an account without roles", () => {
  expect(accountTemplates(exampleManifest(), { ...options, account: "999999999999", format: "terraform" })).toEqual([]);
});
