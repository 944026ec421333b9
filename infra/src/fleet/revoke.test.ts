import { expect, it, onTestFinished, vi } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { revokeSessions } from "./revoke.ts";

const [OWN, OTHER] = ["123456789012", "123456789013"] as const;
const manifest = exampleManifest({
  roles: [
    { profile: "admin", account: OWN, roleName: "Admin" },
    { profile: "dev", account: OWN, roleName: "Dev" },
    { profile: "prod", account: OTHER, roleName: "Admin" },
  ],
});
const ANSWERS: Readonly<Record<string, string>> = {
  GetCallerIdentity: `<Account>${OWN}</Account><Arn>arn:aws:sts::${OWN}:assumed-role/Admin/work</Arn>`,
  AssumeRole:
    "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials>",
  PutRolePolicy: "",
};

it("revokes the role of the calling session after all others, whose deploy roles the session assumes", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  onTestFinished(() => void vi.unstubAllEnvs());
  const calls: (string | undefined)[] = [];
  const handle = async ({ body }: { readonly body: string }) => {
    const { Action = "", RoleName, RoleArn } = Object.fromEntries(new URLSearchParams(body));
    calls.push(RoleName ?? RoleArn?.split(":")[4]);
    const text = `<${Action}Response><${Action}Result>${ANSWERS[Action]}</${Action}Result></${Action}Response>`;
    return { response: { statusCode: 200, headers: { "content-type": "text/xml" }, body: Buffer.from(text) } };
  };
  const results = await revokeSessions(manifest, { now: new Date(0), region: "us-east-1", requestHandler: { handle } });
  expect(results.map(({ profile, status }) => [profile, status])).toEqual([
    ["admin", "revoked"],
    ["dev", "revoked"],
    ["prod", "revoked"],
  ]);
  expect(calls.slice(-2)).toEqual([OWN, "Admin"]);
  expect(calls.filter((each) => each === "Admin")).toHaveLength(2);
});
