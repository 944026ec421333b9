import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Finished } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { cleanEnv } from "./harness/clean-env.ts";

const MASTER = "123456789012";
const OTHER = "123456789013";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-terraform-"));
  const manifest = {
    master: { account: MASTER, roleName: "agent-master", trustedBy: [{ service: "ec2" }] },
    roles: [MASTER, OTHER].map((account) => ({
      profile: `P${account}`,
      account,
      roleName: "agent-read",
      externalId: "agent-roles-7f3c91d2",
      managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    })),
  };
  await writeFile(join(directory, "agent-roles.yaml"), JSON.stringify(manifest));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Fields = Readonly<Record<string, unknown>>;

/** Terraform's JSON syntax, as `agent-roles template` writes it. */
interface Configuration {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Fields>>>>;
}

function command(...args: readonly string[]): Promise<Finished> {
  return agentRoles(args, cleanEnv(directory), { cwd: directory });
}

async function configurationOf(account: string): Promise<Configuration> {
  const { exitCode, stdout, stderr } = await command("template", "--account", account, "--format", "terraform");
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

/**
 * What `terraform show -json` prints for a plan of new resources: names are known, ARNs are not. Terraform itself needs the AWS
 * provider from its registry for this.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
function planOf({ resource }: Configuration): string {
  const expression = /^\$\{(?<address>aws_\w+\.[\w-]+)\.(?<attribute>\w+)\}$/;
  const all = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, fields]) => ({ type, name, address: `${type}.${name}`, fields })),
  );
  const known = ({ fields }: { readonly fields: Fields }): Fields =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) => {
        if (typeof value !== "string") return [[field, value]];
        const { address, attribute } = expression.exec(value)?.groups ?? {};
        if (address === undefined) return [[field, value.replaceAll(/([$%])\1\{/g, "$1{")]];
        const referred = all.find((each) => each.address === address);
        return attribute === "name" && referred ? [[field, referred.fields["name"]]] : [];
      }),
    );
  const resources = all.map((each) => ({
    address: each.address,
    mode: "managed",
    type: each.type,
    name: each.name,
    provider_name: "registry.terraform.io/hashicorp/aws",
    schema_version: 0,
    values: known(each),
  }));
  const expressions = ({ fields }: { readonly fields: Fields }): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        const { address, attribute } = expression.exec(String(value))?.groups ?? {};
        return [
          field,
          address === undefined ? { constant_value: value } : { references: [`${address}.${attribute}`, address] },
        ];
      }),
    );
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: { resources } },
    resource_changes: resources.map(({ values, ...rest }) => ({
      ...rest,
      change: { actions: ["create"], before: null, after: values, after_unknown: { id: true, arn: true } },
    })),
    configuration: {
      root_module: {
        resources: all.map((each) => ({
          address: each.address,
          mode: "managed",
          type: each.type,
          name: each.name,
          expressions: expressions(each),
        })),
      },
    },
  });
}

/** A plan does not say which account it is for. */
async function check(account: string, plan: string): Promise<Finished> {
  await writeFile(join(directory, "plan.json"), plan);
  const accounts = ["--own-account", account, "--allow-account", account === MASTER ? OTHER : MASTER];
  return command("check", "--json", "--no-manifest", ...accounts, "plan.json");
}

it.each([MASTER, OTHER])("writes roles for %s whose Terraform plan passes check", async (account) => {
  const { exitCode, stdout, stderr } = await check(account, planOf(await configurationOf(account)));
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ unread: [] });
});

it("writes roles whose Terraform plan fails check when everyone is trusted", async () => {
  const plan = planOf(await configurationOf(OTHER))
    .replaceAll(String.raw`\"AWS\":\"arn:aws:iam::${MASTER}:root\"`, String.raw`\"AWS\":\"*\"`)
    .replaceAll(String.raw`\"aws:PrincipalArn\"`, String.raw`\"aws:UserAgent\"`);
  expect((await check(OTHER, plan)).exitCode).toBe(1);
});
