import type { Problem } from "../agent-roles-error.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** Takes one mistake; reading goes on, so that all are reported at once. */
export type Report = (problem: Problem) => void;
