import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Captured, captureCli } from "../capture-cli.test-helper.ts";

export const MASTER = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";
export const SECOND = "arn:aws:iam::123456789013:role/agent-roles/MySecondRole";

/** A directory of its own for a test. */
export async function trustFiles(): Promise<TrustFiles> {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-trust-"));
  const write = async (name: string, content: unknown): Promise<string> => {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  return { directory, write, remove: () => rm(directory, { recursive: true, force: true }) };
}

export interface TrustFiles {
  readonly directory: string;
  /** @returns the file's path. */
  readonly write: (name: string, content: unknown) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** A manifest of the two roles, with what a test adds below `trust:`. */
export function manifestText(trust: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    master: { account: "123456789012", roleName: "agent-master", trustedBy: [{ service: "lambda" }] },
    roles: [
      { profile: "MySecondAccount", account: "123456789013", roleName: "MySecondRole", externalId: "agent-7f3c91d2" },
    ],
    trust,
  });
}

const ASSUME = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

/** Statement of a trust policy that lets the master in. */
export const BY_MASTER: Readonly<Record<string, unknown>> = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: ASSUME,
  Condition: { ArnEquals: { "aws:PrincipalArn": MASTER }, StringEquals: { "sts:ExternalId": "agent-7f3c91d2" } },
};

/** Statement that lets anyone in. */
export const BY_ANYONE = { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" };

const document = (Statement: unknown): unknown => ({ Version: "2012-10-17", Statement });

const role = (name: string, path: string, properties: Readonly<Record<string, unknown>>): unknown => ({
  Type: "AWS::IAM::Role",
  Properties: { RoleName: name, Path: path, ...properties },
});

const stack = (account: string): unknown => ({
  type: "aws:cloudformation:stack",
  environment: `aws://${account}/us-east-1`,
  properties: { templateFile: `${account}.template.json` },
});

/** Writes a cloud assembly of the master in its account and of the target, which trusts as the statements say, in its own. */
export async function assembly(files: TrustFiles, name: string, ...statements: readonly unknown[]): Promise<string> {
  const master = role("agent-master", "/agent-roles-master/", {
    AssumeRolePolicyDocument: document([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ASSUME },
    ]),
    Policies: [
      {
        PolicyName: "p",
        PolicyDocument: document([
          { Effect: "Allow", Action: ASSUME, Resource: "arn:aws:iam::123456789013:role/agent-roles/*" },
        ]),
      },
    ],
  });
  const second = role("MySecondRole", "/agent-roles/", { AssumeRolePolicyDocument: document(statements) });
  await files.write(`${name}/manifest.json`, {
    version: "55.0.0",
    artifacts: { A: stack("123456789012"), B: stack("123456789013") },
  });
  await files.write(`${name}/123456789012.template.json`, { Resources: { Master: master } });
  await files.write(`${name}/123456789013.template.json`, { Resources: { Second: second } });
  return join(files.directory, name);
}

/** Runs a command line with this text on standard input. */
export function cli(
  argv: readonly string[],
  stdin = "",
  env: Readonly<Record<string, string>> = {},
): Promise<Captured> {
  return captureCli(argv, { env, stdin: async () => stdin });
}
