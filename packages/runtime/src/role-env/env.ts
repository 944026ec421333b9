import type { Diagnostic } from "./diagnostic.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** Takes one mistake; reading goes on, so that all are reported at once. */
export type Report = (mistake: Diagnostic) => void;
