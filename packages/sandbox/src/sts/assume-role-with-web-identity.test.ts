import { describe, expect, it } from "vitest";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { MASTER, NOW, stsContext, trust } from "./fake-iam.test-helper.ts";
import type { StsAnswer } from "./sts-answer.ts";

const ISSUER = "token.actions.githubusercontent.com";
const PROVIDER = `arn:aws:iam::${MASTER}:oidc-provider/${ISSUER}`;
const ROLE = `arn:aws:iam::${MASTER}:role/agent-master`;
const CLAIMS = {
  iss: `https://${ISSUER}`,
  sub: "repo:me/mine:ref:refs/heads/main",
  aud: "sts.amazonaws.com",
  exp: NOW / 1000 + 300,
};

const token = (claims: object): string =>
  ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");

const ask = async (claims: object, provider = PROVIDER): Promise<StsAnswer> => {
  const trustPolicy = trust({
    Principal: { Federated: PROVIDER },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals: { [`${ISSUER}:aud`]: CLAIMS.aud }, StringLike: { [`${ISSUER}:sub`]: "repo:me/mine:*" } },
  });
  const context = stsContext({ roles: { [ROLE]: { trustPolicy } }, oidcProviders: { [provider]: [CLAIMS.aud] } });
  const form = new URLSearchParams({ RoleArn: ROLE, RoleSessionName: "ci", WebIdentityToken: token(claims) });
  return (await assumeRoleWithWebIdentity(form, { ...context, conditionKeys: {} })).answer;
};

describe("assumeRoleWithWebIdentity", () => {
  it("issues a session for claims that the trust policy allows", async () => {
    expect(await ask(CLAIMS)).toMatchObject({
      action: "AssumeRoleWithWebIdentity",
      result: { SubjectFromWebIdentityToken: CLAIMS.sub, Audience: CLAIMS.aud, Provider: PROVIDER },
    });
  });

  it("denies a subject that the trust policy does not allow", async () => {
    expect(await ask({ ...CLAIMS, sub: "repo:other/mine:ref:refs/heads/main" })).toEqual({
      status: 403,
      code: "AccessDenied",
      message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    });
  });

  it("refuses an issuer that the account has no provider for", async () => {
    expect(await ask(CLAIMS, "arn:aws:iam::123456789012:oidc-provider/other.example")).toMatchObject({
      code: "InvalidIdentityToken",
      message: `No OpenIDConnect provider found in your account for https://${ISSUER}`,
    });
  });

  it("refuses an audience that the provider does not know", async () => {
    expect(await ask({ ...CLAIMS, aud: "other" })).toMatchObject({ message: "Incorrect token audience" });
  });

  it("refuses a token that has expired", async () => {
    expect(await ask({ ...CLAIMS, exp: NOW / 1000 })).toMatchObject({ status: 400, code: "ExpiredTokenException" });
  });

  it.each([{}, { ...CLAIMS, exp: "soon" }, { ...CLAIMS, sub: 1 }, { ...CLAIMS, aud: [] }])(
    "refuses the claims %j",
    async (claims) => {
      expect(await ask(claims)).toMatchObject({ status: 400, code: "InvalidIdentityToken" });
    },
  );
});
