import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { readLiveRoles } from "./read-live-roles.ts";

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
};
const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
const encoded = (document: object): string => encodeURIComponent(JSON.stringify(document));
const managed = "arn:aws:iam::123456789013:policy/reports";

const page = (body: string, marker?: string): string =>
  `<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountAuthorizationDetailsResult>${body}` +
  `<IsTruncated>${marker !== undefined}</IsTruncated>${marker === undefined ? "" : `<Marker>${marker}</Marker>`}` +
  "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";

const rolesPage = page(
  `<RoleDetailList><member><Arn>arn:aws:iam::123456789013:role/x/reader</Arn><RoleName>reader</RoleName><Path>/x/</Path>
  <AssumeRolePolicyDocument>${encoded(trust)}</AssumeRolePolicyDocument>
  <RolePolicyList><member><PolicyName>p</PolicyName><PolicyDocument>${encoded({ Statement: [] })}</PolicyDocument></member></RolePolicyList>
  <AttachedManagedPolicies><member><PolicyArn>${managed}</PolicyArn></member><member><PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedManagedPolicies>
  <PermissionsBoundary><PermissionsBoundaryArn>${managed}</PermissionsBoundaryArn></PermissionsBoundary>
  <Tags><member><Key>team</Key><Value>a</Value></member></Tags></member>
  <member><Arn>arn:aws:iam::123456789013:role/aws-service-role/s</Arn><RoleName>s</RoleName><Path>/aws-service-role/</Path></member></RoleDetailList>`,
  "next",
);
const policiesPage = page(
  `<Policies><member><Arn>${managed}</Arn><PolicyVersionList><member><Document>${encoded({ Statement: "old" })}</Document><IsDefaultVersion>false</IsDefaultVersion></member>
  <member><Document>${encoded(policy)}</Document><IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member></Policies>`,
);

/** An IAM endpoint that answers by marker. */
async function iam(answer: (body: string) => { status: number; xml: string }): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, xml } = answer(Buffer.concat(chunks).toString());
      response.writeHead(status, { "content-type": "text/xml" }).end(xml);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" };

it("reads roles, policies and boundaries over all pages", async () => {
  const endpoint = await iam((body) => ({ status: 200, xml: body.includes("Marker=next") ? policiesPage : rolesPage }));
  const { roles } = await readLiveRoles([{ endpoint, credentials }]);
  expect(roles).toMatchObject([
    {
      arn: "arn:aws:iam::123456789013:role/x/reader",
      trustPolicy: trust,
      identityPolicies: [{ Statement: [] }, policy],
      identityPolicyKinds: ["inline", "managed"],
      managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      permissionsBoundary: policy,
      tags: { team: "a" },
      location: { file: "live", path: "reader" },
      unknowns: [{ path: "maxSessionDuration" }],
    },
  ]);
});

it.each([
  ["reads the client IDs of the OIDC providers that roles trust", 200, [["sts.amazonaws.com", "https://a.example"]]],
  ["leaves out an OIDC provider that it must not read", 403, []],
])("%s", async (_, status, expected) => {
  const providerArn = "arn:aws:iam::123456789013:oidc-provider/token.actions.githubusercontent.com";
  const statement = { Effect: "Allow", Principal: { Federated: providerArn }, Action: "sts:AssumeRoleWithWebIdentity" };
  const role = `<RoleDetailList><member><Arn>arn:aws:iam::123456789013:role/ci</Arn><RoleName>ci</RoleName><Path>/</Path>
    <AssumeRolePolicyDocument>${encoded({ Statement: [statement] })}</AssumeRolePolicyDocument></member></RoleDetailList>`;
  const provider =
    status === 200
      ? `<GetOpenIDConnectProviderResponse><GetOpenIDConnectProviderResult><ClientIDList><member>sts.amazonaws.com</member>` +
        `<member>https://a.example</member></ClientIDList></GetOpenIDConnectProviderResult></GetOpenIDConnectProviderResponse>`
      : "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
  const endpoint = await iam((body) =>
    body.includes("Action=GetOpenIDConnectProvider") ? { status, xml: provider } : { status: 200, xml: page(role) },
  );
  const { oidcClientIds } = await readLiveRoles([{ endpoint, credentials }]);
  expect(oidcClientIds).toEqual(expected.map((clientIds) => ({ providerArn, clientIds })));
});

it("says what to allow when IAM refuses", async () => {
  const xml =
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
  const endpoint = await iam(() => ({ status: 403, xml }));
  await expect(readLiveRoles([{ endpoint, credentials }])).rejects.toMatchObject({
    code: "LiveUnreadable",
    problems: [{ file: "live", fix: expect.stringContaining("allowed to call iam:GetAccountAuthorizationDetails") }],
  });
});
