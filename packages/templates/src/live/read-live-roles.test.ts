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
  expect(await readLiveRoles([{ endpoint, credentials }])).toMatchObject([
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

it("says what to allow when IAM refuses", async () => {
  const xml =
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
  const endpoint = await iam(() => ({ status: 403, xml }));
  await expect(readLiveRoles([{ endpoint, credentials }])).rejects.toMatchObject({
    code: "LiveUnreadable",
    problems: [{ file: "live", fix: expect.stringContaining("may call iam:GetAccountAuthorizationDetails") }],
  });
});
