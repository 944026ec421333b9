import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadManifest } from "./load-manifest.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "manifest-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it("reads the manifest of this repository", async () => {
  const demo = new URL("../../../agent-roles.yaml", import.meta.url);
  const { roles } = await loadManifest(demo.pathname);
  expect(roles.map(({ profile }) => profile)).toEqual(["MyFirstAccount", "MySecondAccount", "MyThirdAccount"]);
});

it("names a file that is not there", async () => {
  const file = join(directory, "none.yaml");
  await expect(loadManifest(file)).rejects.toMatchObject({
    code: "ManifestNotFound",
    message: `${file}: there is no such file; create it, or name another one`,
  });
});

it("refuses a directory", async () => {
  await expect(loadManifest(directory)).rejects.toMatchObject({ code: "ManifestUnreadable" });
});

it("names the file in every problem", async () => {
  const file = join(directory, "bad.yaml");
  await writeFile(file, "master: 1\n");
  await expect(loadManifest(file)).rejects.toMatchObject({ code: "InvalidManifest", problems: [{ file }, { file }] });
});
