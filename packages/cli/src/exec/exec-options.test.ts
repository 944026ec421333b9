import { expect, it } from "vitest";
import { execOptions } from "./exec-options.ts";

it.each([
  ["--profile A -- aws s3 ls", { profiles: ["A"], command: ["aws", "s3", "ls"] }],
  ["--profile A --profile=B -- x", { profiles: ["A", "B"], command: ["x"] }],
  [
    "--env-file f --profile A -- x --profile C -- y",
    { profiles: ["A"], envFile: "f", command: ["x", "--profile", "C", "--", "y"] },
  ],
  ["--access view --profile A -- x", { profiles: ["A"], access: "view", command: ["x"] }],
  [
    "--task INC-42 --on-behalf-of alice@example.com --access read --ttl 15m --profile A -- x",
    {
      profiles: ["A"],
      access: "read",
      task: "INC-42",
      onBehalfOf: "alice@example.com",
      ttlSeconds: 900,
      command: ["x"],
    },
  ],
  ["-- x", { profiles: [], command: ["x"] }],
])("parses %s", (line, options) => {
  expect(execOptions(line.split(" "))).toEqual(options);
});

it.each([
  "",
  "--",
  "--profile A",
  "--profile A --",
  "--profile A -- ",
  "--profile A aws s3 ls",
  "A -- x",
  "--profile -- x",
  "--help -- x",
  "--profile A --help -- x",
  "--task T --profile A -- x",
  "--task INC/42 --profile A -- x",
  "--task= --profile A -- x",
  "--access write --profile A -- x",
  "--task INC-42 --on-behalf-of aws:alice --profile A -- x",
  "--task INC-42 --on-behalf-of m --profile A -- x",
  "--task INC-42 --ttl 0 --profile A -- x",
  "--task INC-42 --ttl 5s --profile A -- x",
  "--task INC-42 --ttl 13h --profile A -- x",
  "--task INC-42 --ttl 15 --profile A -- x",
  "-p A -- x",
])("leaves %j to the full parser", (line) => {
  expect(execOptions(line === "" ? [] : line.split(" "))).toBeUndefined();
});
