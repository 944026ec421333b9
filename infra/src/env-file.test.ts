import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { manifestEnv } from "@agent-roles/manifest";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { expect, it, onTestFinished } from "vitest";
import { updateEnvFile, writeEnvFile } from "./env-file.ts";
import { exampleManifest } from "./example.test-helper.ts";
import type { StackResult } from "./fleet/fleet-options.ts";

const MASTER = "123456789012";
const DEV = "123456789013";
const PROD = "123456789014";

const role = (profile: string, account: string, roleName: string, more: object = {}) => ({
  profile,
  account,
  roleName,
  ...more,
});
const OLD = [role("dev", DEV, "Old"), role("prod", PROD, "Old", { default: true, externalId: "prod-1" })];
const NEW = [role("dev", DEV, "New"), role("prod", PROD, "New", { default: true })];

const result = (account: string, status: StackResult["status"], code?: string): StackResult => ({
  account,
  stack: `agent-roles-${account}`,
  status,
  ...(code !== undefined && { code }),
});

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "env-file-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** `profile roleName`, and `default`, of each role after a deployment. */
async function rolesAfter(
  before: readonly object[] | undefined,
  roles: readonly object[],
  results: readonly StackResult[],
  deployedBefore?: ReadonlySet<string>,
): Promise<string[] | undefined> {
  const path = await directory();
  if (before) await writeEnvFile(path, exampleManifest({ roles: before }));
  await updateEnvFile(path, exampleManifest({ roles }), results, deployedBefore);
  const text = await readFile(join(path, "agent-roles.env"), "utf8").catch(() => undefined);
  return text === undefined
    ? undefined
    : parseRoleEnv({ ...parseEnv(text) }).roles.map(({ profile, role: { roleName }, default: isDefault }) =>
        [profile, roleName, ...(isDefault ? ["default"] : [])].join(" "),
      );
}

const both = (dev: StackResult["status"], prod: StackResult["status"], code?: string) => [
  result(DEV, dev),
  result(PROD, prod, code),
];

it.each<[string, readonly object[] | undefined, readonly object[], readonly StackResult[], string[] | undefined]>([
  ["has the new roles of deployed accounts", OLD, NEW, both("deployed", "unchanged"), ["dev New", "prod New default"]],
  ["keeps the roles of a failed account", OLD, NEW, both("deployed", "failed"), ["dev New", "prod Old default"]],
  ["keeps the roles of a skipped account", OLD, NEW, both("skipped", "unchanged"), ["dev Old", "prod New default"]],
  ["keeps the roles of an account not chosen", OLD, NEW, [result(DEV, "deployed")], ["dev New", "prod Old default"]],
  ["does not change when no account is deployed", OLD, NEW, both("failed", "skipped"), ["dev Old", "prod Old default"]],
  ["is not created when no account is deployed", undefined, NEW, both("failed", "failed"), undefined],
  [
    "names the new roles of a failed account of which it has none",
    [OLD[0] ?? {}],
    NEW,
    both("deployed", "failed"),
    ["dev New", "prod New default"],
  ],
  [
    "has the new roles where only an old role could not be deleted",
    OLD,
    NEW,
    both("deployed", "failed", "LeftBehind"),
    ["dev New", "prod New default"],
  ],
  [
    "keeps the roles of an account with a stack that failed",
    OLD,
    NEW,
    [...both("deployed", "deployed"), result(PROD, "failed")],
    ["dev New", "prod Old default"],
  ],
  [
    "removes the roles of an account that left the manifest",
    OLD,
    NEW.slice(0, 1),
    [result(MASTER, "unchanged"), result(DEV, "deployed")],
    ["dev New"],
  ],
  [
    "keeps a renamed profile of a failed account",
    OLD,
    [NEW[0] ?? {}, role("live", PROD, "New")],
    both("deployed", "failed"),
    ["dev New", "prod Old default"],
  ],
  [
    "gives a profile to the deployed role when it moves from a failed account",
    OLD,
    [role("prod", DEV, "Moved"), role("other", PROD, "New")],
    both("deployed", "failed"),
    ["prod Moved"],
  ],
  [
    "has one default when it moves from a failed account",
    OLD,
    [role("dev", DEV, "New", { default: true }), role("prod", PROD, "New")],
    both("deployed", "failed"),
    ["dev New default", "prod Old"],
  ],
])("after a deployment, agent-roles.env %s", async (_, before, roles, results, expected) => {
  expect(await rolesAfter(before, roles, results)).toEqual(expected);
});

it("keeps every value of a role that was not deployed, and the order of the manifest", async () => {
  const path = await directory();
  const manifest = exampleManifest({ roles: [...OLD, role("dev-2", DEV, "Second")] });
  await writeEnvFile(path, manifest);
  await updateEnvFile(path, manifest, [result(DEV, "deployed")]);
  const text = await readFile(join(path, "agent-roles.env"), "utf8");
  expect({ ...parseEnv(text) }).toEqual(manifestEnv(manifest));
  expect(await readdir(path)).toEqual(["agent-roles.env"]);
});

it.each([
  ["none of a failed account that never was deployed", [MASTER], ["dev New"]],
  ["those of the manifest of an account with a stack", [MASTER, PROD], ["dev New", "prod New default"]],
])("without a file, agent-roles.env has %s", async (_, deployedBefore, expected) => {
  const results = both("deployed", "failed", "DeployRoleNotAssumable");
  expect(await rolesAfter(undefined, NEW, results, new Set(deployedBefore))).toEqual(expected);
});

it("replaces a file that run cannot use", async () => {
  const path = await directory();
  await writeFile(join(path, "agent-roles.env"), "AWS_ROLE_1=broken\n");
  const manifest = exampleManifest({ roles: NEW });
  await updateEnvFile(path, manifest, [result(DEV, "deployed")]);
  const text = await readFile(join(path, "agent-roles.env"), "utf8");
  expect({ ...parseEnv(text) }).toEqual(manifestEnv(manifest));
});
