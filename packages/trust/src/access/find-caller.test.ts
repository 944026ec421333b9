import { expect, it } from "vitest";
import { claimContext, findCaller } from "./find-caller.ts";

it.each([
  ["arn:aws:iam::123456789013:oidc-provider/gitlab.com", "sub", "gitlab.com:sub"],
  [
    "arn:aws:iam::123456789013:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC",
    "aud",
    "oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud",
  ],
  ["arn:aws:iam::123456789013:saml-provider/Okta", "aud", "saml:aud"],
  ["arn:aws:iam::123456789013:saml-provider/Okta", "saml:sub", "saml:sub"],
  ["cognito-identity.amazonaws.com", "amr", "cognito-identity.amazonaws.com:amr"],
])("of %s names the claim %s as the condition key %s", (provider, claim, key) => {
  expect(claimContext(provider, { [claim]: ["a", "b"] })).toEqual({ [key]: ["a", "b"] });
});

it.each([
  ["ec2.amazonaws.com", { service: "ec2.amazonaws.com" }],
  ["alexa-appkit.amazon.com", { service: "alexa-appkit.amazon.com" }],
  ["cognito-identity.amazonaws.com", { federated: "cognito-identity.amazonaws.com" }],
  ["accounts.google.com", { federated: "accounts.google.com" }],
  ["gitlab.com", undefined],
])("takes %s as the caller %j", (text, caller) => {
  expect(findCaller(text, [], {})?.caller).toEqual(caller);
});
