import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { missingBotocore, startBotocore } from "./botocore.test-helper.ts";
import { unparsableFiles } from "./unparsable-files.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-unparsable-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** Texts of a config file, one character per byte; each with the line and a word of the mistake, if there is one. */
const texts: readonly [text: string, line?: number, message?: string][] = [
  [""],
  ["\n# comment\n  ; comment\n[default]\nregion = eu-west-1\n"],
  ["[profile a]\nregion=x\n[profile b]\nregion=x\n"],
  ["[profile a] # mine\nregion : x\n  continued\n\n  [continued]\n"],
  ["[profile a]\ns3 =\n  endpoint_url = http://a\n  # none\n\n  b = c\nregion = x"],
  ["[profile caf\u00c3\u00a9]\r\nregion = x\r\n"],
  ["  [profile a]\n  region = x\n  output = json\n"],
  ["[DEFAULT]\n[DEFAULT]\n[profile a]\na = b = c\n"],
  ["[profile a]\nregion =\n"],
  ["\u00ef\u00bb\u00bf[profile a]\n", 1, "byte order mark"],
  ["\u00ff\u00fe[\0p\0", 1, "not UTF-8"],
  ["[profile a]\r# caf\u00e9\r", 2, "not UTF-8"],
  ["region = x\n[profile a]\n", 1, "in no section"],
  ["[profile a\nregion = x\n", 1, "in no section"],
  ["[profile a]\n[profile b\nregion = x\n", 2, "neither a section nor a setting"],
  ["[profile a]\n<<<<<<< HEAD\n", 2, "neither a section nor a setting"],
  ["[profile a]\n= x\n", 2, "neither a section nor a setting"],
  ["[profile a]\nregion = x\n[profile b]\n[profile a]\n", 4, "section is there twice"],
  ["[profile a]\nregion = x\nREGION: y\n", 3, "setting is there twice"],
  ["[profile a]\ns3 =\n  addressing_style\n", 3, "no equals sign"],
];

it.each(texts)(
  "names the first line of %j that boto3 refuses, if there is one",
  async (...[text, line, message = ""]) => {
    const file = join(directory, "config");
    await writeFile(file, text, "latin1");
    const [found] = await unparsableFiles({
      AWS_CONFIG_FILE: file,
      AWS_SHARED_CREDENTIALS_FILE: join(directory, "none"),
    });
    expect([found?.line, found?.message ?? ""]).toEqual([line, expect.stringContaining(message)]);
  },
);

it.skipIf(missingBotocore())("refuses what botocore refuses, and nothing else", async () => {
  const botocore = startBotocore();
  const file = join(directory, "config");
  for (const [text, line] of texts) {
    await writeFile(file, text, "latin1");
    const view = await botocore.read(join(directory, "none"), file);
    expect([text, "unreadable" in view]).toEqual([text, line !== undefined]);
  }
  await botocore.close();
});

it("has nothing to report of files that are missing or not regular", async () => {
  expect(await unparsableFiles({ HOME: directory, AWS_CONFIG_FILE: "/dev/null" })).toEqual([]);
});
