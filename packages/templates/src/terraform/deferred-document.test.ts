import type { TrustRole } from "@agent-roles/trust";
import { expect, it } from "vitest";
import { planRoles } from "./plan-roles.ts";

const PROVIDER = "aws_iam_openid_connect_provider.github";
const GITHUB = "arn:aws:iam::${Account}:oidc-provider/token.actions.githubusercontent.com";
interface Planned {
  readonly address: string;
  readonly mode: string;
  readonly type: string | undefined;
  readonly values: object;
}

const resource = (address: string, values: object = {}): Planned => ({
  address,
  mode: "managed",
  type: address.split(".").find((part) => part.startsWith("aws_")),
  values,
});

interface Deferred {
  readonly after: object;
  readonly unknown?: object;
  /** The configuration of the document's statements. */
  readonly statements?: readonly object[];
}

type Written = readonly [resource: Planned, expressions: object];

/** A plan with one role whose trust policy is a document that is read during apply. */
function plan({ after, unknown = {}, statements = [] }: Deferred, more: readonly Written[] = []): object {
  const document = "data.aws_iam_policy_document.trust";
  const change = { actions: ["read"], before: null, after, after_unknown: { id: true, json: true, ...unknown } };
  const written = [
    {
      address: "aws_iam_role.deploy",
      expressions: { assume_role_policy: { references: [`${document}.json`, document] } },
    },
    { address: document, expressions: { statement: statements } },
    ...more.map(([{ address }, expressions]) => ({ address, expressions })),
  ];
  return {
    planned_values: {
      root_module: {
        resources: [
          resource("aws_iam_role.deploy", { name: "deploy" }),
          resource(PROVIDER, { url: "https://token.actions.githubusercontent.com" }),
          resource("aws_iam_user.ci", { name: "ci", path: "/bots/" }),
          ...more.map(([planned]) => planned),
        ],
      },
    },
    resource_changes: [{ address: document, mode: "data", type: "aws_iam_policy_document", change }],
    configuration: { root_module: { resources: written } },
  };
}

const read = (deferred: Deferred): readonly TrustRole[] =>
  planRoles({ value: plan(deferred), file: "plan.json" }).roles;
const federated = (identifiers: unknown, more: object = {}): object => ({
  actions: ["sts:AssumeRoleWithWebIdentity"],
  principals: [{ type: "Federated", identifiers }],
  ...more,
});
const referring = (...references: readonly string[]): object => ({
  principals: [{ identifiers: { references } }],
});
const trusted = (statement: unknown): object => [{ trustPolicy: { Statement: [statement] } }];

it.each<[string, Deferred, object]>([
  [
    "the ARN of a provider that the same plan makes",
    { after: { statement: [federated([null])] }, statements: [referring(`${PROVIDER}.arn`, PROVIDER)] },
    { Effect: "Allow", Action: ["sts:AssumeRoleWithWebIdentity"], Principal: { Federated: [GITHUB] } },
  ],
  [
    "a list of principals that is unknown as a whole",
    {
      after: { statement: [{ actions: ["sts:AssumeRole"], principals: [{ type: "AWS" }] }] },
      unknown: { statement: [{ principals: [{ identifiers: true }] }] },
      statements: [referring("aws_iam_user.ci.arn", "aws_iam_user.ci")],
    },
    { Principal: { AWS: ["arn:aws:iam::${Account}:user/bots/ci"] } },
  ],
  [
    "a principal beside one that is not known",
    { after: { statement: [federated(["arn:aws:iam::123456789012:saml-provider/x", null])] } },
    {
      Principal: {
        Federated: [
          "arn:aws:iam::123456789012:saml-provider/x",
          "${data.aws_iam_policy_document.trust.statement.0.principals.0.identifiers}",
        ],
      },
    },
  ],
  [
    "conditions, those of one operator together, with policy variables",
    {
      after: {
        statement: [
          federated(["*"], {
            sid: "Ci",
            effect: "Deny",
            condition: [
              { test: "StringLike", variable: "a:sub", values: ["repo:&{aws:x}"] },
              { test: "StringLike", variable: "a:aud", values: [null] },
            ],
          }),
        ],
      },
    },
    {
      Sid: "Ci",
      Effect: "Deny",
      Condition: {
        StringLike: {
          "a:sub": ["repo:${aws:x}"],
          "a:aud": ["${data.aws_iam_policy_document.trust.statement.0.condition.1.values}"],
        },
      },
    },
  ],
  [
    "actions that are not known",
    {
      after: { statement: [{ principals: [{ type: "*", identifiers: ["*"] }] }] },
      unknown: { statement: [{ actions: true }] },
    },
    { Principal: "*", Action: ["${data.aws_iam_policy_document.trust.statement.0.actions}"] },
  ],
  [
    "not_principals and not_actions",
    {
      after: {
        statement: [{ not_actions: ["s3:*"], not_principals: [{ type: "AWS", identifiers: ["123456789012"] }] }],
      },
    },
    { NotAction: ["s3:*"], NotPrincipal: { AWS: ["123456789012"] } },
  ],
])("a trust policy that is read during apply keeps %s", (_, deferred, statement) => {
  expect(read(deferred)).toMatchObject(trusted(statement));
});

it("includes the statements of its source documents", () => {
  const source = JSON.stringify({ Statement: [{ Sid: "Included" }] });
  const [role] = read({ after: { statement: [federated([null])], source_policy_documents: [source, null] } });
  expect(role?.trustPolicy["Statement"]).toMatchObject([
    { Action: ["sts:AssumeRoleWithWebIdentity"] },
    { Sid: "Included" },
    "${data.aws_iam_policy_document.trust.source_policy_documents}",
  ]);
});

const notes = (deferred: Deferred): unknown => read(deferred)[0]?.unknowns.filter((each) => each.path !== "arn");

it("notes what is not known at its place, and nothing where all is", () => {
  const path = "trustPolicy.Statement[0].Principal";
  expect(notes({ after: { statement: [federated([null])] } })).toMatchObject([{ path }]);
  expect(
    notes({ after: { statement: [federated([null])] }, statements: [referring(`${PROVIDER}.arn`, PROVIDER)] }),
  ).toEqual([]);
});

it("has statements that are not known as one that nobody can read", () => {
  expect(read({ after: {}, unknown: { statement: true } })).toMatchObject(
    trusted("${data.aws_iam_policy_document.trust.statement}"),
  );
});

it("knows the client IDs of an OIDC provider, made or looked up", () => {
  const arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com";
  const looked = { arn, client_id_list: ["b"] };
  const value = {
    planned_values: {
      root_module: {
        resources: [
          resource(PROVIDER, { url: "https://token.actions.githubusercontent.com", client_id_list: ["a"] }),
          { ...resource("data.aws_iam_openid_connect_provider.g", looked), mode: "data" },
          resource("aws_iam_openid_connect_provider.later", { url: "https://later.example.com" }),
        ],
      },
    },
  };
  expect(planRoles({ value, file: "plan.json" }).oidcClientIds).toEqual([
    { providerArn: GITHUB, clientIds: ["a"] },
    { providerArn: arn, clientIds: ["b"] },
  ]);
});

it("gives the identity policies of deferred documents", () => {
  const document = "data.aws_iam_policy_document.trust";
  const references = { references: [`${document}.json`, document] };
  const value = plan({ after: { statement: [{ actions: ["iam:PassRole"], resources: ["*"] }] } }, [
    [resource("aws_iam_role_policy.p", { role: "deploy" }), { policy: references }],
    [resource("aws_iam_policy.q", { name: "q" }), { policy: references }],
    [
      resource("aws_iam_role_policy_attachment.a", { role: "deploy" }),
      { policy_arn: { references: ["aws_iam_policy.q.arn"] } },
    ],
  ]);
  const statement = { Effect: "Allow", Action: ["iam:PassRole"], Resource: ["*"] };
  expect(planRoles({ value, file: "plan.json" }).roles[0]?.identityPolicies).toMatchObject([
    { Statement: [statement] },
    { Statement: [statement] },
  ]);
});
