import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { masterEnv } from "./role-env-source.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-master-env-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const OURS = "# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/R";

it.each([
  ["keeps", "gives the master its keys", "credentials", "[Prod]\naws_access_key_id = AKIAEXAMPLE\n"],
  ["keeps", "assumes a role", "config", "[profile Prod]\nrole_arn = x\nsource_profile = base\n"],
  ["keeps", "runs a process", "config", "[profile Prod]\ncredential_process = x\n"],
  ["keeps", "signs in", "config", "[profile Prod]\nsso_session = corp\n"],
  ["keeps", "has a console login", "config", "[profile Prod]\nlogin_session = x\n"],
  ["drops", "is in no file", "config", "[profile Other]\ncredential_process = x\n"],
  ["drops", "has a Region only", "config", "[profile Prod]\nregion = eu-west-1\n"],
  ["drops", "prints what agent-roles keeps", "config", `[profile Prod]\n${OURS}\ncredential_process = cat "x"\n`],
  ["drops", "has keys that agent-roles wrote", "credentials", `[Prod]\n${OURS}\naws_access_key_id = ASIAEXAMPLE\n`],
])("%s an AWS_PROFILE that names a declared profile which %s", async (what, _, file, text) => {
  const path = join(home, ".aws", file);
  await mkdir(dirname(path));
  await writeFile(path, text);
  const env = { HOME: home, AWS_PROFILE: "Prod", AWS_ROLE_1: "arn:aws:iam::123456789013:role/R:Prod" };
  expect(masterEnv(env)["AWS_PROFILE"]).toBe(what === "keeps" ? "Prod" : undefined);
});

it("keeps an AWS_PROFILE that names no declared profile, whatever it is", () => {
  const env = { HOME: home, AWS_PROFILE: "master", AWS_ROLE_1: "arn:aws:iam::123456789013:role/R:Prod" };
  expect(masterEnv(env)).toBe(env);
});

it("drops an AWS_PROFILE that agent-roles keeps, before the secret has declared it", async () => {
  await mkdir(join(home, ".aws"));
  await writeFile(join(home, ".aws/config"), `[profile Prod]\n${OURS}\ncredential_process = cat "x"\n`);
  expect(masterEnv({ HOME: home, AWS_PROFILE: "Prod", AGENT_ROLES_SECRET_ID: "roles" })).not.toHaveProperty(
    "AWS_PROFILE",
  );
});
