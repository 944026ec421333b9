#!/usr/bin/env -S node --
// Without the two dashes Node takes --env-file for itself, wherever it stands, and ends when the file is missing.
const { existsSync, readFileSync } = require("node:fs");
const { Script } = require("node:vm");

// Built without bundle.js it is slower, and all the same.
const fast = `${__dirname}/../dist/fast-main`;
const asked = process.argv[2] === "credential-process" && existsSync(`${fast}.v8`) ? answerFromCache() : undefined;
if (asked === undefined) void import("../dist/main.js");
else if (asked !== true) void import("../dist/credential-process-main.js").then(({ main }) => main(asked));

/** True when all is done; what is asked for when the cache does not have it; undefined when there is more to it. */
function answerFromCache() {
  const options = { filename: `${fast}.cjs`, cachedData: readFileSync(`${fast}.v8`) };
  const made = {};
  new Script(readFileSync(`${fast}.cjs`, "utf8"), options).runInThisContext()(made, require);
  return made.answerFromCache(process);
}
