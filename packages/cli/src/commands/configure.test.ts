import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { captureCli } from "../capture-cli.test-helper.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-configure-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const ROLE = "arn:aws:iam::123456789013:role/MyRole";

function configure(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return captureCli(["configure", ...argv], { env: { HOME: home, ...env } });
}

it("writes profiles that call credential-process with the env file, without a call to AWS", async () => {
  const envFile = join(home, "my roles.env");
  await writeFile(envFile, `AWS_ROLE_1=${ROLE}:Prod\n`);
  expect(await configure(["--env-file", envFile])).toEqual({ code: 0, out: `configured  Prod  ${ROLE}`, err: "" });
  expect(await readFile(join(home, ".aws/config"), "utf8")).toMatch(
    new RegExp(
      `\\ncredential_process = \\S+ -- \\S+agent-roles.js credential-process --env-file '${envFile}' --profile Prod\\n`,
    ),
  );
});

it("writes the access level into the profiles", async () => {
  expect(await configure(["--access", "read"], { AWS_ROLE_1: `${ROLE}:Prod` })).toMatchObject({ code: 0 });
  expect(await readFile(join(home, ".aws/config"), "utf8")).toMatch(
    / credential-process --access read --profile Prod\n/,
  );
  expect(await configure(["--access", "write"], { AWS_ROLE_1: `${ROLE}:Prod` })).toMatchObject({ code: 2 });
});

it("warns without an env file that readers need the same variables", async () => {
  const { code, err } = await configure([], { AWS_ROLE_1: `${ROLE}:Prod` });
  expect(code).toBe(0);
  expect(err).toContain("use --env-file");
});

it("ends with 1 for a profile that another tool wrote, and configures the others", async () => {
  const config = join(home, "config");
  await writeFile(config, "[profile Theirs]\nrole_arn = x\n");
  const roles = { AWS_CONFIG_FILE: config, AWS_ROLE_1: `${ROLE}:Theirs`, AWS_ROLE_2: `${ROLE}:Ours` };
  const { code, out } = await configure(["--json"], roles);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject([
    { profile: "Theirs", ok: false, failure: { code: "ForeignProfile", fix: expect.stringContaining("--adopt") } },
    { profile: "Ours", ok: true, accountId: "123456789013", roleArn: ROLE },
  ]);
  const adopted = await configure(["--adopt"], roles);
  expect(adopted).toMatchObject({ code: 0, err: expect.stringContaining("replaced [profile Theirs]") });
  expect(await readFile(config, "utf8")).not.toContain("role_arn = x");
});

it("ends with 2 without any role", async () => {
  expect(await configure([])).toMatchObject({ code: 2, out: "" });
});
