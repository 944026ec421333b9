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
    message: `${file}: there is no such file; create it with "agent-roles init", or name another one`,
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

it.each([
  ["UTF-16", Buffer.from("\uFEFFmaster: 1\n", "utf16le"), "1:1: it is UTF-16 text, not UTF-8; save it as UTF-8"],
  [
    "UTF-16 without a mark",
    Buffer.from("master: 1\n", "utf16le"),
    "1:1: it is UTF-16 text, not UTF-8; save it as UTF-8",
  ],
  [
    "big-endian UTF-16 without a mark",
    Buffer.from("master: 1\n", "utf16le").swap16(),
    "1:1: it is UTF-16 text, not UTF-8; save it as UTF-8",
  ],
  ["UTF-32", utf32("\uFEFFmaster: 1\n"), "1:1: it is UTF-32 text, not UTF-8; save it as UTF-8"],
  ["UTF-32 without a mark", utf32("master: 1\n"), "1:1: it is UTF-32 text, not UTF-8; save it as UTF-8"],
  ["big-endian UTF-32", utf32("\uFEFFmaster: 1\n").swap32(), "1:1: it is UTF-32 text, not UTF-8; save it as UTF-8"],
  ["Latin-1", Buffer.from("master: 1\n# Rôle\n", "latin1"), "2:4: byte 0xF4 is not UTF-8 (Latin-1?); save it as UTF-8"],
  ["no text", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff]), " it is not UTF-8 text; name a text file in UTF-8"],
  ["no text that begins with NUL", Buffer.from([0, 1, 0, 0, 0x20]), " it is not UTF-8 text; name a text file in UTF-8"],
])("refuses a file in %s", async (_, bytes, message) => {
  const file = join(directory, "encoded.yaml");
  await writeFile(file, bytes);
  await expect(loadManifest(file)).rejects.toThrow(`${file}:${message}`);
});

/** UTF-32 in this machine's little-endian order. */
function utf32(text: string): Buffer {
  return Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0).buffer);
}
