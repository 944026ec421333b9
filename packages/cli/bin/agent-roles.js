#!/usr/bin/env node
// Node looks for --env-file here too: docs/decisions/node-env-file.md.
const { existsSync } = require("node:fs");

// Without bundle.js the file is missing, and the command is slower.
const fast = `${__dirname}/../dist/fast-main.cjs`;
const asked =
  process.argv[2] === "credential-process" && existsSync(fast) ? require(fast).answerFromCache(process) : undefined;
// True when the answer was printed, the options when the cache has none, undefined when the command line needs the full parser.
if (process.argv[2] === "--version") process.stdout.write(`${require("../package.json").version}\n`);
else if (process.argv[2] === "exec") void import("../dist/exec-main.js");
else if (asked === undefined) void import("../dist/main.js");
else if (asked !== true) void import("../dist/credential-process-main.js").then(({ main }) => main(asked));
