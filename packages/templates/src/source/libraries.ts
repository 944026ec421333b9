import { createRequire } from "node:module";

/** Loads at first use: most of what is read is JSON without a mistake, and a start of `check` counts in milliseconds. */
const load: (name: string) => unknown = createRequire(import.meta.url);

/* oxlint-disable typescript/no-unsafe-type-assertion -- the types of a package are those of its name */
export const jsoncParser = (): typeof import("jsonc-parser") => load("jsonc-parser") as typeof import("jsonc-parser");
export const picomatch = (): typeof import("picomatch") => load("picomatch") as typeof import("picomatch");
export const yaml = (): typeof import("yaml") => load("yaml") as typeof import("yaml");
