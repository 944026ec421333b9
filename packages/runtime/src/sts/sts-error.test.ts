import { STSServiceException } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { target } from "../fixtures.test-helper.ts";
import { targetRequest } from "../session/role-request.ts";
import { masterCredentialsError } from "./master-credentials-error.ts";
import { assumeRoleError, stsError } from "./sts-error.ts";

const request = targetRequest(target("Prod", { number: 3 }));
const sts = (name: string, message: string, httpStatusCode = 400) =>
  new STSServiceException({ name, message, $fault: "client", $metadata: { httpStatusCode } });
const socket = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe("assumeRoleError", () => {
  it.each([
    [sts("Throttling", "Rate exceeded"), "Throttled", true],
    [sts("ThrottlingException", "Rate exceeded"), "Throttled", true],
    [sts("RequestLimitExceeded", "x", 503), "Throttled", true],
    [sts("ServiceUnavailable", "x", 503), "Unavailable", true],
    [sts("InternalFailure", "x", 500), "Unavailable", true],
    [socket("ECONNREFUSED"), "Unavailable", true],
    [socket("ENOTFOUND"), "Unavailable", true],
    [socket("EAI_AGAIN"), "Unavailable", true],
    [new Error("wrapped", { cause: socket("ECONNRESET") }), "Unavailable", true],
    [Object.assign(new Error("slow"), { name: "TimeoutError" }), "Unavailable", true],
    [
      sts("ExpiredToken", "The security token included in the request is expired", 403),
      "MasterCredentialsExpired",
      false,
    ],
    [sts("InvalidClientTokenId", "x", 403), "MasterCredentialsInvalid", false],
    [
      Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" }),
      "MasterCredentialsInvalid",
      false,
    ],
    [
      sts("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z", 403),
      "ClockSkew",
      true,
    ],
    [sts("SignatureDoesNotMatch", "Signature not yet current: x", 403), "ClockSkew", true],
    [new Error("A system error occurred: uv_os_homedir returned ENOENT"), "MasterCredentialsInvalid", false],
    [sts("RequestExpired", "Request has expired.", 400), "ClockSkew", true],
    [sts("RequestTimeTooSkewed", "x", 403), "ClockSkew", true],
    [sts("IncompleteSignature", "x", 403), "InvalidRequest", false],
    [
      sts("OptInRequired", "The AWS Access Key Id needs a subscription for the service", 403),
      "MasterCredentialsInvalid",
      false,
    ],
    [
      sts("SignatureDoesNotMatch", "The request signature we calculated does not match", 403),
      "MasterCredentialsInvalid",
      false,
    ],
    [sts("RegionDisabledException", "x", 403), "RegionDisabled", false],
    [
      sts("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
      "DurationTooLong",
      false,
    ],
    [sts("ValidationError", "1 validation error detected"), "InvalidRequest", false],
    [sts("PackedPolicyTooLarge", "x"), "InvalidRequest", false],
    [new Error('Region not accepted: region="eu west" is not a valid hostname component.'), "InvalidRequest", false],
    [
      sts("AccessDenied", "User: a is not authorized to perform: sts:AssumeRole on resource: b", 403),
      "AccessDenied",
      false,
    ],
    [
      sts("AccessDenied", "… because no identity-based policy allows the sts:AssumeRole action", 403),
      "MasterNotAllowed",
      false,
    ],
    [sts("AccessDenied", "… with an explicit deny in a service control policy", 403), "MasterNotAllowed", false],
    [
      sts("AccessDenied", "… because no resource-based policy allows the sts:AssumeRole action", 403),
      "TrustDenied",
      false,
    ],
    [sts("AccessDenied", "… with an explicit deny in a resource-based policy", 403), "TrustDenied", false],
    [
      sts("AccessDenied", "User: a is not authorized to perform: sts:TagSession on resource: b", 403),
      "TagSessionDenied",
      false,
    ],
    [
      sts("AccessDenied", "User: a is not authorized to perform: sts:SetSourceIdentity on resource: b", 403),
      "SetSourceIdentityDenied",
      false,
    ],
    [new Error("boom"), "Unknown", true],
    ["not even an error", "Unknown", true],
  ])("%s is %s", (error, code, retryable) => {
    const failure = assumeRoleError(error, request);
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.fix).not.toBe("");
    expect(failure.message).toMatch(/^Prod: /);
  });

  it.each(["sts:TagSession", "sts:SetSourceIdentity"])(
    "names the manifest's attribution where a task lacks %s",
    (action) => {
      const refusal = sts("AccessDenied", `User: a is not authorized to perform: ${action} on resource: b`, 403);
      expect(assumeRoleError(refusal, request).fix).toContain("unset AGENT_ROLES_");
      const attributes = { task: "INC-42", sourceIdentity: "alice@example.org" };
      const { fix } = assumeRoleError(refusal, { ...request, attributes });
      expect(fix).toMatch(/add "alice@example.org" .* to sourceIdentities,? below attribution, and deploy/);
      expect(fix.includes('sessionTags: ["agent-roles:task","agent-roles:on-behalf-of"]')).toBe(
        action === "sts:TagSession",
      );
      expect(fix).not.toMatch(/required|"\*"/);
    },
  );

  it("names where an access key that AWS does not know comes from", () => {
    const { fix } = assumeRoleError(sts("InvalidClientTokenId", "The security token is invalid.", 403), request);
    expect(fix).toContain("AWS_ACCESS_KEY_ID");
  });

  const REFUSALS = ["x", "no resource-based policy allows", "no identity-based policy allows"];

  it.each<readonly [object, string]>([
    [{}, "set AGENT_ROLES_TASK and AGENT_ROLES_ON_BEHALF_OF (exec: --task and --on-behalf-of; library: roles.task)"],
    [{ task: "INC-51" }, "set AGENT_ROLES_ON_BEHALF_OF (exec: --on-behalf-of; library: roles.task)"],
    [{ sourceIdentity: "alice" }, "set AGENT_ROLES_TASK (exec: --task; library: roles.task)"],
  ])("names what a call with %j lacks of a task and a person", (attributes, lacking) => {
    for (const message of REFUSALS) {
      const { fix } = assumeRoleError(sts("AccessDenied", message, 403), { ...request, attributes });
      expect(fix).toContain(lacking);
    }
  });

  it.each<readonly [string, object]>([
    ["a call with both", { attributes: { task: "INC-51", sourceIdentity: "alice" } }],
    ["the master's own role", { hop: "master" }],
  ])("asks for no task and person of %s", (_, given) => {
    for (const message of REFUSALS) {
      const { fix } = assumeRoleError(sts("AccessDenied", message, 403), { ...request, ...given });
      expect(fix).not.toContain("a task and a person");
    }
  });

  it("names the variable of the external ID when the role has none", () => {
    const failure = assumeRoleError(sts("AccessDenied", "x", 403), request);
    expect(failure.fix).toContain("AWS_ROLE_3_EXTERNAL_ID");
  });

  it("names the external ID that was sent and the variable to correct", () => {
    const sent = targetRequest(target("Prod", { externalId: "partner-7" }));
    const { fix } = assumeRoleError(sts("AccessDenied", "x", 403), sent);
    expect(fix).toContain('"partner-7" (if not, correct AWS_ROLE_1_EXTERNAL_ID)');
  });

  it.each([
    ["arn:aws:iam::123456789012:user/sandbox-admin", true],
    ["arn:aws:iam::123456789012:root", true],
    ["arn:aws:sts::123456789012:assumed-role/agent-master/agent", false],
  ])("says that %s may have to become the master first: %s", (user, isSaid) => {
    const text = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: b`;
    const { fix } = assumeRoleError(sts("AccessDenied", text, 403), request);
    expect(fix.includes(`If ${user} is not the master, set AWS_MASTER_ROLE_ARN`)).toBe(isSaid);
    expect(
      assumeRoleError(sts("AccessDenied", text, 403), { ...request, caller: "the ambient credentials" }).fix,
    ).not.toContain("AWS_MASTER_ROLE_ARN");
  });

  it("names the profile that the master's failure stops", () => {
    const master = assumeRoleError(sts("Throttling", "Rate exceeded"), { ...request, subject: "master role" });
    expect(assumeRoleError(master, request)).toMatchObject({
      code: "Throttled",
      retryable: true,
      message: "Prod: master role: Throttling: Rate exceeded",
      fix: master.fix,
    });
  });

  it("does not repeat the code of STS in a message", () => {
    expect(assumeRoleError(sts("AccessDenied", "User: a", 403), request).message).toBe("Prod: User: a");
  });
});

const provider = (message: string) => Object.assign(new Error(message), { name: "CredentialsProviderError" });

it.each<readonly [unknown, string, string]>([
  [provider("Could not load credentials from any providers"), "MasterCredentialsInvalid", "instance or task role"],
  [provider("TimeoutError: a request has exceeded 10000 ms"), "MasterCredentialsUnavailable", "network path"],

  [
    provider("The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login"),
    "MasterCredentialsExpired",
    "aws sso login",
  ],
  [
    sts("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403),
    "MasterCredentialsDenied",
    "AssumeRoleWithWebIdentity",
  ],
  [
    sts("InvalidIdentityToken", "No OpenIDConnect provider found in your account", 400),
    "MasterCredentialsDenied",
    "issuer",
  ],
  [
    sts("AccessDenied", "User: a is not authorized to perform: sts:AssumeRole on resource: b", 403),
    "MasterCredentialsDenied",
    "source_profile",
  ],
  [
    sts("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration", 400),
    "MasterCredentialsDenied",
    "duration_seconds",
  ],
  [
    sts("ExpiredTokenException", "Token expired: current date must be before the expiration date", 400),
    "MasterCredentialsExpired",
    "new master credentials",
  ],
  [
    new Error("Profile default requires multi-factor authentication, but no MFA code callback was provided."),
    "MasterCredentialsInvalid",
    "mfa_serial",
  ],
  [sts("InternalFailure", "x", 500), "MasterCredentialsUnavailable", "network path"],
  [socket("ECONNREFUSED"), "MasterCredentialsUnavailable", "network path"],
])("of the master's credentials, %s is %s with the fix %s", (error, code, fix) => {
  expect(masterCredentialsError(error)).toMatchObject({ code, hop: "master", fix: expect.stringContaining(fix) });
});

it.each<readonly [string, unknown, string]>([
  ["the master", masterCredentialsError(new Error("no keys")), "the master's credentials: Error: no keys"],
  [
    "the master",
    sts("InvalidClientTokenId", "unknown key", 403),
    "the master's credentials: InvalidClientTokenId: unknown key",
  ],
  ["Prod", masterCredentialsError(new Error("no keys")), "Prod: the master's credentials: Error: no keys"],
])("names %s once in a failure", (subject, error, message) => {
  expect(stsError(error, { subject }).message).toBe(message);
});

it.each<readonly [string, string, string]>([
  ["with an explicit deny in a service control policy", "MasterNotAllowed", "service control policies"],
  [
    "because no service control policy allows the sts:AssumeRole action",
    "MasterNotAllowed",
    "service control policies",
  ],
  ["with an explicit deny in a resource control policy", "TrustDenied", "resource control policies"],
  ["because no permissions boundary allows the sts:AssumeRole action", "MasterNotAllowed", "permissions boundary"],
  ["because no session policy allows the sts:AssumeRole action", "MasterNotAllowed", "session policy"],
  ["because no VPC endpoint policy allows the sts:AssumeRole action", "MasterNotAllowed", "VPC endpoint"],
  ["because no identity-based policy allows the sts:AssumeRole action", "MasterNotAllowed", "policies of the master"],
  ["with an explicit deny in a resource-based policy", "TrustDenied", "trust policy"],
])("a denial %s is %s and its fix names %s", (text, code, fix) => {
  const error = sts("AccessDenied", `User: a is not authorized to perform: sts:AssumeRole on resource: b ${text}`, 403);
  expect(assumeRoleError(error, request)).toMatchObject({ code, fix: expect.stringContaining(fix) });
});

it("says what to drop when policies and tags are too large for STS", () => {
  const tooLarge = sts("PackedPolicyTooLarge", "Packed size of session tags consumes 112% of allotted space.");
  expect(assumeRoleError(tooLarge, request).fix).toBe(
    "Drop session tags (AGENT_ROLES_SESSION_TAGS, transitive tags of the master's session), AWS_ROLE_3_SESSION_POLICY_ARNS, or statements of AWS_ROLE_3_SESSION_POLICY.",
  );
  expect(assumeRoleError(tooLarge, { ...request, access: "read" }).fix).toContain("or set AWS_ROLE_3_ACCESS=full");
});
