import { execFileSync } from "node:child_process";
import { parseEnv } from "node:util";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { formatEnv } from "./format-env.ts";

/** One line of printable characters, as the manifest allows them: no backquote. */
const value = fc.oneof(
  fc.stringMatching(/^[ -_a-~\u00a1-\u00ff]{0,40}$/),
  fc.constantFrom(
    "",
    " ",
    "it's",
    'say "no"',
    `it's "both"`,
    "a # b",
    "#a",
    "$HOME",
    "$(date)",
    "a\\nb",
    "\\",
    "true",
    "3600",
  ),
);
const variables = fc.dictionary(fc.stringMatching(/^AWS_ROLE_[1-9]_[A-Z]{1,9}$/), value, { minKeys: 1, maxKeys: 8 });

/** The value as dotenv can write it: an apostrophe beside what a shell expands between double quotes becomes typographic. */
function writable(text: string): string {
  return /["$`\\]/.test(text) ? text.replaceAll("'", "’") : text;
}

it("writes dotenv that Node reads back", () => {
  fc.assert(
    fc.property(variables, (all) => {
      const expected = Object.fromEntries(Object.entries(all).map(([name, text]) => [name, writable(text)]));
      expect({ ...parseEnv(formatEnv(all, "dotenv")) }).toEqual(expected);
    }),
  );
});

it("writes dotenv that a shell can source without running or expanding anything", () => {
  fc.assert(
    fc.property(variables, (all) => {
      const script = `set -a\n${formatEnv(all, "dotenv")}env -0`;
      const output = execFileSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" }, encoding: "utf8" });
      expect(output.split("\0")).toEqual(
        expect.arrayContaining(Object.entries(all).map(([name, text]) => `${name}=${writable(text)}`)),
      );
    }),
    { numRuns: 40 },
  );
});

it("leaves what needs no quotation marks without them, for docker run --env-file", () => {
  const all = { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:MyFirstAccount", D: "two; words" };
  expect(formatEnv(all, "dotenv")).toBe(`AWS_ROLE_1=${all.AWS_ROLE_1}\nD='two; words'\n`);
});

it("writes shell that sh reads back", () => {
  fc.assert(
    fc.property(variables, (all) => {
      const script = `${formatEnv(all, "shell")}env -0`;
      const output = execFileSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" }, encoding: "utf8" });
      expect(output.split("\0")).toEqual(
        expect.arrayContaining(Object.entries(all).map(([name, text]) => `${name}=${text}`)),
      );
    }),
    { numRuns: 40 },
  );
});

it("writes JSON that reads back", () => {
  fc.assert(
    fc.property(variables, (all) => {
      expect(JSON.parse(formatEnv(all, "json"))).toEqual({ ...all });
    }),
  );
});

it("writes a container's env list that Kubernetes reads back, references to other variables not expanded", () => {
  fc.assert(
    fc.property(variables, (all) => {
      const { env }: { env: { name: string; value: string }[] } = parse(formatEnv(all, "kubernetes"));
      expect(Object.fromEntries(env.map((item) => [item.name, item.value.replaceAll("$$", "$")]))).toEqual({ ...all });
      expect(env.filter((item) => /(?<!\$)(\$\$)*\$\(/.test(item.value))).toEqual([]);
    }),
  );
  expect(formatEnv({ A: "3600", B: "$(A)" }, "kubernetes")).toBe(
    'env:\n  - name: A\n    value: "3600"\n  - name: B\n    value: $$(A)\n',
  );
});

it("writes the profiles for mcp-proxy-for-aws, the default one first", () => {
  const all = {
    AWS_ROLE_1: "arn:aws:iam::123456789012:role/agent-roles/First:MyFirstAccount",
    AWS_ROLE_1_DESCRIPTION: "the first",
    AWS_ROLE_2: "arn:aws:iam::123456789013:role/Second:team/MySecondAccount",
    AWS_ROLE_2_DEFAULT: "true",
  };
  expect(formatEnv(all, "mcp-proxy")).toBe("AWS_MCP_PROXY_PROFILES='team/MySecondAccount MyFirstAccount'\n");
});
