// Makes dist/fast-main.cjs, the shortest way through `agent-roles credential-process`: docs/decisions/one-file-for-a-cache-hit.md.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { sessionCache } from "@agent-roles/runtime/cache";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { rolldown } from "rolldown";

const dist = join(import.meta.dirname, "dist");
const file = join(dist, "fast-main.cjs");
const compiled = join(dist, "fast-main.v8");
// V8 tells old from new by the length alone.
await rm(compiled, { force: true });
const bundle = await rolldown({ input: join(dist, "fast-main.js"), platform: "node" });
const { output } = await bundle.generate({ format: "cjs", minify: true });
// An expression that gives a function, as bin/agent-roles.js runs it.
await writeFile(file, `(function (exports, require) {${output[0].code}})`);

// What V8 makes of it after one run, for the same version of Node; others compile it themselves.
const folder = await mkdtemp(join(tmpdir(), "agent-roles-bundle-"));
try {
  const env = { AGENT_ROLES_CACHE_DIR: folder, AWS_ROLE_1: "arn:aws:iam::123456789012:role/Any:Any" };
  const roleEnv = parseRoleEnv(env);
  const [request] = roleEnv.roles;
  const day = 86_400_000;
  const session = {
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: "-",
    sessionToken: "-",
    accountId: "123456789012",
    issuedAt: new Date(),
    expiration: new Date(Date.now() + day),
  };
  await sessionCache({ env }).assumeRole(async () => session, { roleEnv, env })(request);
  const script = new Script(await readFile(file, "utf8"), { filename: file });
  const made = {};
  script.runInThisContext()(made, createRequire(file));
  const answer = made.fastPath({ profile: "Any" }, env, Date.now());
  if (answer?.exitCode !== 0) throw new Error("the bundle does not find what the cache holds");
  await writeFile(compiled, script.createCachedData());
} finally {
  await rm(folder, { recursive: true, force: true });
}
