#!/usr/bin/env -S node --
// Without the two dashes Node takes --env-file for itself, wherever it stands, and ends when the file is missing.
await import("../dist/main.js");
