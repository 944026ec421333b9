import { expect, it } from "vitest";
import { type PlanRoles, planRoles } from "./plan-roles.ts";

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
};
const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
const resource = (address: string, values: object): object => {
  const type = address.split(".").find((part) => part.startsWith("aws_"));
  return { address, mode: address.startsWith("data.") ? "data" : "managed", type, values };
};
const read = (value: unknown): PlanRoles["roles"] => planRoles({ value, file: "plan.json" }).roles;

it("attaches what stands in nested modules, through inputs and outputs that are known after apply", () => {
  const plan = {
    format_version: "1.2",
    planned_values: {
      root_module: {
        resources: [
          resource("aws_iam_policy.reports", { name: "reports", policy: JSON.stringify(policy) }),
          resource("aws_iam_role_policy_attachment.reports", {}),
        ],
        child_modules: [
          {
            address: 'module.agents["eu.1"]',
            resources: [
              resource('module.agents["eu.1"].aws_iam_role.reader', {
                name: "reader",
                path: "/agents/",
                assume_role_policy: JSON.stringify(trust),
                max_session_duration: 7200,
                tags: { team: "a" },
              }),
            ],
          },
        ],
      },
    },
    prior_state: {
      values: {
        root_module: { resources: [resource("data.aws_caller_identity.current", { account_id: "123456789013" })] },
      },
    },
    configuration: {
      root_module: {
        resources: [
          {
            address: "aws_iam_role_policy_attachment.reports",
            expressions: {
              role: { references: ['module.agents["eu.1"].role_name', 'module.agents["eu.1"]', "module.agents"] },
              policy_arn: { references: ["aws_iam_policy.reports.arn", "aws_iam_policy.reports"] },
            },
          },
        ],
        module_calls: {
          agents: {
            module: {
              outputs: { role_name: { expression: { references: ["aws_iam_role.reader.id", "aws_iam_role.reader"] } } },
            },
          },
        },
      },
    },
  };
  expect(read(plan)).toEqual([
    {
      arn: "arn:aws:iam::123456789013:role/agents/reader",
      trustPolicy: trust,
      identityPolicies: [policy],
      identityPolicyKinds: ["managed"],
      managedPolicyArns: [],
      maxSessionDuration: 7200,
      tags: { team: "a" },
      location: { file: "plan.json", path: 'module.agents["eu.1"].aws_iam_role.reader' },
      unknowns: [],
    },
  ]);
});

it("notes what is known after apply, and reads it as such", () => {
  const plan = {
    planned_values: {
      root_module: {
        resources: [resource("aws_iam_role.a", { path: "/" }), resource("aws_iam_role_policy.p", { role: null })],
      },
    },
  };
  const [role] = read(plan);
  expect(role).toMatchObject({
    arn: "arn:aws:iam::${Account}:role/${aws_iam_role.a}",
    trustPolicy: { Statement: "${aws_iam_role.a.assume_role_policy}" },
  });
  expect(role?.unknowns.map(({ path }) => path)).toEqual(["arn", "arn", "trustPolicy", "identityPolicies"]);
});

it("pairs instances of for_each by key, and reads inline policies and AWS's own", () => {
  const keys = ["a", "b"];
  const plan = {
    planned_values: {
      root_module: {
        resources: keys.flatMap((key) => [
          resource(`aws_iam_role.r["${key}"]`, {
            name: key,
            assume_role_policy: JSON.stringify(trust),
            managed_policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            inline_policy: [{ name: "i", policy: JSON.stringify(policy) }],
          }),
          resource(`aws_iam_role_policy.p["${key}"]`, { policy: JSON.stringify({ Statement: key }) }),
        ]),
      },
    },
    configuration: {
      root_module: {
        resources: [
          { address: "aws_iam_role_policy.p", expressions: { role: { references: ["aws_iam_role.r", "each.key"] } } },
        ],
      },
    },
  };
  expect(read(plan)).toMatchObject(
    keys.map((key) => ({
      identityPolicies: [policy, { Statement: key }],
      identityPolicyKinds: ["inline", "inline"],
      managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    })),
  );
});

const namedRole = (name: string): object =>
  resource(`aws_iam_role.${name}`, {
    name,
    path: "/",
    arn: `arn:aws:iam::123456789012:role/${name}`,
    assume_role_policy: JSON.stringify(trust),
  });

it("notes a boundary that is known only after apply, and none where none is declared", () => {
  const roles = read({
    planned_values: { root_module: { resources: [namedRole("bounded"), namedRole("free")] } },
    resource_changes: [
      { address: "aws_iam_role.bounded", change: { after_unknown: { permissions_boundary: true } } },
      { address: "aws_iam_role.free", change: { after_unknown: { id: true } } },
    ],
  });
  expect(roles.map(({ unknowns }) => unknowns)).toEqual([
    [expect.objectContaining({ path: "permissionsBoundary", expression: "aws_iam_role.bounded.permissions_boundary" })],
    [],
  ]);
});

it("reads a role in a module named data, and one with such a key, and leaves out what is only looked up", () => {
  const addresses = ["module.data.aws_iam_role.x", 'aws_iam_role.x["eu.data.lake"]', "data.aws_iam_role.x"];
  const resources = addresses.map((address) => resource(address, { name: "x", assume_role_policy: "{}" }));
  const roles = read({ planned_values: { root_module: { resources } } });
  expect(roles.map(({ location }) => location.path)).toEqual(addresses.slice(0, 2));
});

const planned = (...resources: readonly object[]): object => ({ planned_values: { root_module: { resources } } });

it.each([
  ["awscc_iam_role", {}],
  ["aws_cloudformation_stack", { template_body: "{}" }],
  ["aws_cloudcontrolapi_resource", { type_name: "AWS::IAM::Role" }],
  ["aws_cloudcontrolapi_resource", {}],
])("says of %s %j that its roles are not known", (type, values) => {
  const address = `module.a.${type}.x`;
  expect(read(planned({ address, mode: "managed", type, values }))).toMatchObject([
    {
      arn: `arn:aws:iam::\${Account}:role/\${${address}}`,
      trustPolicy: { Statement: `\${${address}}` },
      location: { file: "plan.json", path: address },
      unknowns: [{ path: "arn", expression: `${address} (${type})` }],
    },
  ]);
});

it.each([
  ["aws_cloudcontrolapi_resource", "managed", { type_name: "AWS::S3::Bucket" }],
  ["aws_cloudformation_stack", "data", {}],
])("says nothing of %s (%s) %j", (type, mode, values) => {
  expect(read(planned({ address: "x", mode, type, values }))).toEqual([]);
});

it("reads what is left to a later plan as far as it is known, and not what that one deletes", () => {
  const deferred = (name: string, change: object): object => ({
    reason: "instance_count_unknown",
    resource_change: { ...resource(`aws_iam_role.${name}`, {}), change },
  });
  const roles = read({
    ...planned(resource("aws_iam_role.now", { name: "now", assume_role_policy: "{}" })),
    deferred_changes: [
      deferred("later", {
        actions: ["create"],
        after: { name: "later" },
        after_unknown: { assume_role_policy: true, permissions_boundary: true },
      }),
      deferred("gone", { actions: ["delete"], after: null }),
    ],
  });
  expect(roles.map(({ arn, unknowns }) => [arn, unknowns.map(({ path }) => path)])).toEqual([
    ["arn:aws:iam::${Account}:role/later", ["arn", "trustPolicy", "permissionsBoundary"]],
    ["arn:aws:iam::${Account}:role/now", ["arn"]],
  ]);
});

it.each([
  [true, [{ file: "plan.json", message: expect.stringContaining("could not finish") }]],
  [false, []],
])("reports a plan that Terraform did not finish: %s", (errored, problems) => {
  expect(planRoles({ value: { ...planned(), errored }, file: "plan.json" }).problems).toMatchObject(problems);
});

it("does not choose between equal keys of a policy's text", () => {
  const text = '{"Statement": [], "Statement": []}';
  const role = resource("aws_iam_role.a", { name: "a", assume_role_policy: text });
  expect(read(planned(role))).toMatchObject([{ trustPolicy: { Statement: text } }]);
});
