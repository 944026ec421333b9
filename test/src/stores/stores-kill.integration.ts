import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sharedCredentialsStore } from "@agent-roles/runtime";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { REPOSITORY } from "../harness/repository.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { entries, PROFILES } from "./entries.ts";
import { interruptWriter } from "./killable.ts";

const KILLS = 38;
/** Each writer works on several places at once, so that one kill breaks off as many writes. */
const PLACES_EACH = 8;
const AT_ONCE = 3;

const HEAD = "# caf\u00e9\r\n[work]\r\naws_access_key_id=AKIAEXAMPLE   \r\ns3 =\r\n  max = 1\r\n\r\n";
const TAIL = "; a comment\n[profile other]\nregion = eu-central-1\n\n# the end\n";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "agent-roles-kill-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Homes whose files hold what is not ours on both sides of our profiles. */
async function makeHomes(names: readonly string[]): Promise<string[]> {
  const paths = names.map((name) => join(root, name));
  const files = paths.flatMap((path) => ["credentials", "config"].map((file) => join(path, ".aws", file)));
  for (const path of paths) await mkdir(join(path, ".aws"), { recursive: true });
  for (const file of files) await writeFile(file, HEAD);
  // The process that keeps the profiles has ended, as each later one has.
  await interruptWriter({ firstSerial: 1, places: paths.map((path) => `keys:${path}`), env: cleanEnv(root) });
  for (const file of files) await writeFile(file, TAIL, { flag: "a" });
  return paths;
}

/** A line that we write, and the setting in it. */
const OURS =
  /^(?:\[(?:profile )?(?:First|Second|Third)\]|# agent-roles: .*|(\w+) = (.*(?:ASIA|secret-|token-|eu-west-|cat ).*))\r?$/;

/** What our profiles in a file say, setting by setting; throws unless everything else is as it was. */
async function settingsIn(path: string): Promise<Record<string, string[]>> {
  const settings: Record<string, string[]> = {};
  const foreign = (await readFile(path, "utf8")).split("\n").filter((line) => {
    const [isOurs, name, value = ""] = OURS.exec(line) ?? [];
    // The profile's own name is the only thing in which three sections of one generation differ.
    if (name) (settings[name] ??= []).push(value.replace(/First|Second|Third/, ""));
    return isOurs === undefined && line.trim() !== "";
  });
  expect(foreign, path).toEqual((HEAD + TAIL).split("\n").filter((line) => line.trim() !== ""));
  return settings;
}

/** All three profiles of one generation, or none. @returns the generation. */
async function generationIn(folderOf: string, file: "credentials" | "config"): Promise<string> {
  const settings = await settingsIn(join(folderOf, ".aws", file));
  for (const values of Object.values(settings)) {
    expect(values.length, file).toBe(PROFILES.length);
    expect(new Set(values).size, `${file} ${values.join(" ")}`).toBe(1);
  }
  const whole =
    file === "credentials"
      ? [[], ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]]
      : [["region"], ["credential_process", "region"]];
  expect(whole).toContainEqual(Object.keys(settings).toSorted());
  return JSON.stringify(settings);
}

/** The files that process profiles print are whole, each of one generation. */
async function expectWholeFiles(folderOf: string): Promise<void> {
  const directory = join(folderOf, ".aws/agent-roles/profiles");
  const files = await readdir(directory).catch(() => []);
  for (const file of files.filter((name) => name.endsWith(".json"))) {
    const { AccessKeyId = "", SecretAccessKey } = JSON.parse(await readFile(join(directory, file), "utf8"));
    expect(SecretAccessKey, file).toBe(`secret-${AccessKeyId.slice("ASIA".length, -"EXAMPLE".length)}`);
  }
}

it("300 writes cut off at random moments leave whole files, no foreign byte lost, and nobody waits for them", async () => {
  const homes = await makeHomes(Array.from({ length: AT_ONCE * PLACES_EACH }, (_, index) => `home-${index}`));
  let serial = 10;
  let kills = 0;
  const generations = new Set<string>();
  const teams = Array.from({ length: AT_ONCE }, (_, team) => homes.slice(team * PLACES_EACH, (team + 1) * PLACES_EACH));
  await Promise.all(
    teams.map(async (team) => {
      while (kills < KILLS) {
        kills += 1;
        serial += 1_000;
        // Now keys, now a process: switching is interrupted, too.
        const places = team.map((path) => `${Math.random() < 0.7 ? "keys" : "process"}:${path}`);
        await interruptWriter({ firstSerial: serial, places, env: cleanEnv(root) });
        for (const path of team) {
          await expectWholeFiles(path);
          for (const file of ["credentials", "config"] as const) {
            generations.add(await generationIn(path, file));
          }
        }
      }
    }),
  );
  // They were writing when they were killed, and not only once.
  expect(generations.size).toBeGreaterThan(KILLS);

  const [path = ""] = homes;
  const aws = join(path, ".aws");
  const long = new Date(Date.now() - 60_000);
  for (const name of await readdir(aws)) if (name.endsWith(".tmp")) await utimes(join(aws, name), long, long);
  await sharedCredentialsStore({ env: { HOME: path } }).put(entries(7));
  const left = (await readdir(aws)).filter((name) => name !== "agent-roles" && !name.endsWith(".lock.claim"));
  expect(left.toSorted()).toEqual(["config", "credentials"]);
});

it.skipIf(process.platform === "win32")(
  "a file system that takes no more leaves the old file, and says what to do",
  async () => {
    const path = join(root, "full");
    await mkdir(join(path, ".aws"), { recursive: true });
    const content = `[work]\nx = ${"y".repeat(60_000)}\n`;
    await writeFile(join(path, ".aws/credentials"), content);
    const writer = join(REPOSITORY, "test/dist/stores/writer.js");
    // The kernel refuses in the middle of the write, as it does when the disk is full.
    const { exitCode, stderr } = await execa(
      "sh",
      ["-c", `ulimit -f 32; exec "$0" "$@"`, process.execPath, writer, "1", `keys:${path}`],
      {
        env: cleanEnv(root),
        extendEnv: false,
        reject: false,
      },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("StoreFailed");
    expect(stderr).toContain("ulimit -f");
    expect(await readFile(join(path, ".aws/credentials"), "utf8")).toBe(content);
    expect(await readdir(join(path, ".aws"))).toEqual(["config", "credentials"]);
  },
);
