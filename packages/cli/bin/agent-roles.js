#!/usr/bin/env -S node --
// Without the two dashes Node parses --env-file itself, wherever it is, and exits if the file is missing.
const { existsSync } = require("node:fs");

// Without bundle.js the file is missing, and the command is slower.
const fast = `${__dirname}/../dist/fast-main.cjs`;
const asked =
  process.argv[2] === "credential-process" && existsSync(fast) ? require(fast).answerFromCache(process) : undefined;
// True when the answer was printed, the options when the cache has none, undefined when the command line needs the full parser.
if (process.argv[2] === "exec") void import("../dist/exec-main.js");
else if (asked === undefined) void import("../dist/main.js");
else if (asked !== true) void import("../dist/credential-process-main.js").then(({ main }) => main(asked));
