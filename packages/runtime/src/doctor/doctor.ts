import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { Env } from "../role-env/env.ts";
import { CHECKS, type Severity } from "./checks.ts";
import { readFacts } from "./facts.ts";

/** One result; the shape is fixed: `doctor --json` prints it. */
export interface Examination {
  readonly id: string;
  readonly ok: boolean;
  readonly severity: Severity;
  readonly message: string;
  /** Empty where nothing is to be done. */
  readonly fix: string;
}

export interface DoctorOptions {
  /** What the commands work with: the environment, an env file, the secret. */
  readonly env: Env;
  /** What a program on this machine gets: the environment. Default: `env`. */
  readonly given?: Env;
  readonly clock?: Clock;
}

/**
 * Looks for what on this machine would stop a profile from working: one result for each check that finds nothing, else one for each
 * problem. Makes one STS call, as the master. Never throws.
 */
export async function examine({ env, given = env, clock = systemClock }: DoctorOptions): Promise<Examination[]> {
  const facts = await readFacts(env, given, clock);
  const results = await Promise.all(
    CHECKS.map(async ({ id, severity, good, find }): Promise<Examination[]> => {
      const problems = await find(facts);
      if (problems.length === 0) return [{ id, ok: true, severity, message: good, fix: "" }];
      return problems.map(({ message, fix }) => ({ id, ok: false, severity, message, fix }));
    }),
  );
  return results.flat();
}
