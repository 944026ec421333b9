import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  assembly,
  BY_MASTER,
  cli,
  manifestText,
  MASTER,
  SECOND,
  type TrustFiles,
  trustFiles,
} from "./trust-files.test-helper.ts";

let files: TrustFiles;
let manifest: string;
let path: string;
beforeEach(async () => {
  files = await trustFiles();
  manifest = await files.write("agent-roles.yaml", manifestText());
  path = await assembly(files, "cdk.out", BY_MASTER);
});
afterEach(() => files.remove());

const explain = (...argv: string[]) => cli(["explain", path, "--manifest", manifest, "--to", SECOND, ...argv]);

describe("agent-roles explain", () => {
  it("asks for a target with the external ID of the manifest", async () => {
    const { code, out } = await explain("--from", MASTER);
    expect(code).toBe(0);
    expect(out).toMatch(/^ALLOWED .*agent-master\n +can assume .*MySecondRole\n/);
  });

  it("prints the decision first, then each step in the order in which AWS takes them", async () => {
    const { code, out } = await explain("--from", MASTER, "--external-id", "another", "--session-tag", "team=a");
    expect(code).toBe(1);
    const parts = [
      "DENIED",
      "sts:AssumeRole",
      "service control",
      "trust policy of the role",
      "✗",
      "sts:ExternalId",
      "identity policies of the caller",
      "✓",
      "sts:TagSession, because the call passes session tags",
    ];
    const places = parts.map((part) => out.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("answers as JSON with the request, which --request takes", async () => {
    const { out } = await explain(
      "--from",
      MASTER,
      "--json",
      "--source-identity",
      "alice",
      "--session-tag",
      "a=b=c",
      "--session-tag",
      "d=",
    );
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      decision: "allowed",
      question: {
        request: { externalId: "agent-7f3c91d2", sourceIdentity: "alice", sessionTags: { a: "b=c", d: "" } },
      },
    });
    const again = await cli(["explain", "--request", "-", "--json"], JSON.stringify(answer.question));
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toEqual(answer);
  });

  it.each([
    ["arn:aws:sts::123456789012:assumed-role/agent-master/s1", "allowed"],
    ["arn:aws:iam::123456789012:user/alice", "denied"],
    ["arn:aws:iam::123456789012:role/other", "denied"],
    ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "denied"],
    ["ec2.amazonaws.com", "denied"],
  ])("answers about %s: %s", async (from, decision) => {
    const { code, out } = await explain("--from", from, "--json");
    expect(JSON.parse(out).decision).toBe(decision);
    expect(code).toBe(decision === "allowed" ? 0 : 1);
  });

  it("is uncertain, and ends with 1, where the caller's own policies decide and are not known", async () => {
    const question = {
      caller: { arn: "arn:aws:iam::123456789012:user/alice" },
      role: {
        arn: SECOND,
        trustPolicy: { Statement: { Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" } },
      },
    };
    const { code, out } = await cli(["explain", "--request", await files.write("q.json", question)]);
    expect(code).toBe(1);
    expect(out).toMatch(/^UNCERTAIN /);
  });

  const role = { arn: SECOND, trustPolicy: {} };
  it.each([
    ["{", "is not JSON"],
    [[], "the document is not valid"],
    [{ role }, "caller is missing"],
    [{ caller: {}, role }, "caller.arn is missing"],
    [{ caller: { arn: 1 }, role }, "caller.arn is not valid"],
    [{ caller: { federated: "" }, role }, "caller.federated is not valid"],
    [{ caller: { arn: "a" } }, "role is missing"],
    [{ caller: { arn: "a" }, role: { trustPolicy: {} } }, "role.arn is missing"],
    [{ caller: { arn: "a" }, role: { arn: SECOND } }, "role.trustPolicy is missing"],
    [{ caller: { arn: "a" }, role: { arn: SECOND, trustPolicy: "x" } }, "role.trustPolicy is not valid"],
    [{ caller: { arn: "a" }, role, request: 1 }, "request is not valid"],
  ])("ends the request %j with 2: %s", async (request, why) => {
    const file = await files.write("request.json", request);
    const { code, out, err } = await cli(["explain", "--request", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`${file}: ${why}`);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([
    [["explain"], "Add --from ARN and --to ARN"],
    [["explain", "--request", "/does/not/exist"], "--request /does/not/exist: ENOENT"],
    [["explain", "--request", "-", "--from", MASTER], "Remove --from, --to, --live and paths"],
    [["explain", "--from", "a", "--to", "b", "--session-tag", "x"], "A session tag is written key=value"],
  ])("ends %j with 2 and says why", async (argv, why) => {
    const { code, err } = await cli(argv);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  it("names the roles there are when the target is none of them, and says what a caller may be", async () => {
    const missing = await cli(["explain", path, "--no-manifest", "--from", MASTER, "--to", `${SECOND}x`]);
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(`no such role`);
    expect(missing.err).toContain(SECOND);
    const odd = await explain("--from", "alice");
    expect(odd.code).toBe(2);
    expect(odd.err).toContain('--from "alice" is neither an ARN nor a service');
  });
});

const PROVIDER = "arn:aws:iam::123456789013:oidc-provider/token.actions.githubusercontent.com";

/** The decision about a token of GitHub's for a role that wants a subject and an audience. */
async function byToken(...argv: string[]) {
  const policy = await files.write("trust.json", {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: PROVIDER },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": "repo:acme@1/app@2:ref:refs/heads/main",
        },
      },
    },
  });
  const from = argv.includes("--from") ? [] : ["--from", PROVIDER];
  return cli(["explain", policy, "--no-manifest", "--to", SECOND, ...from, ...argv, "--json"]);
}

it.each([
  ["uncertain without claims", [], "uncertain", 1],
  ["uncertain with one of two", ["--claim", "sub=repo:acme@1/app@2:ref:refs/heads/main"], "uncertain", 1],
  ["denied with another one", ["--claim", "aud=other"], "denied", 1],
  [
    "allowed with both, by their short or whole names",
    [
      "--claim",
      "sub=repo:acme@1/app@2:ref:refs/heads/main",
      "--claim",
      "token.actions.githubusercontent.com:aud=sts.amazonaws.com",
    ],
    "allowed",
    0,
  ],
] as const)("decides about the claims of a token: %s", async (_, argv, decision, code) => {
  const result = await byToken(...argv);
  expect(JSON.parse(result.out).decision).toBe(decision);
  expect(result.code).toBe(code);
});

it("names the option for a claim that is not given", async () => {
  const { out } = await byToken("--claim", "sub=repo:acme@1/app@2:ref:refs/heads/main");
  expect(out).toContain("token.actions.githubusercontent.com:aud is not given");
  expect(out).toContain("explain: --claim aud=…");
  expect(out).not.toContain("--claim sub");
});

it("refuses a claim of a caller without a token, and one without a value", async () => {
  const role = await byToken("--from", MASTER, "--claim", "sub=x");
  expect(role).toMatchObject({ code: 2, err: expect.stringContaining(`${MASTER} has no token`) });
  const bare = await byToken("--claim", "sub");
  expect(bare).toMatchObject({ code: 2, err: expect.stringContaining("A claim is written key=value.") });
});
