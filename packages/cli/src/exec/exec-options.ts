import { parseArgs } from "node:util";
import {
  ACCESS_LEVELS,
  type AccessLevel,
  definedOnly,
  isSessionName,
  isTaskLength,
} from "@agent-roles/runtime/role-env";
import { parseSeconds } from "../duration.ts";

/** What the command line asks for. */
export interface ExecOptions {
  readonly profiles: readonly string[];
  readonly envFile?: string;
  readonly access?: AccessLevel;
  /** ID of the task. */
  readonly task?: string;
  readonly onBehalfOf?: string;
  readonly ttlSeconds?: number;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

/**
 * Parses `--profile P … [--access LEVEL] [--task ID …] [--env-file F] -- cmd …` without the command-line library, which takes longer to load than the rest of `exec`.
 *
 * @param args - the arguments after `exec`.
 * @returns `undefined` for anything else; the full parser prints the help or the mistake.
 */
export function execOptions(args: readonly string[]): ExecOptions | undefined {
  const dashes = args.indexOf("--");
  const [program, ...words] = dashes === -1 ? [] : args.slice(dashes + 1);
  if (!program) return undefined;
  try {
    const { values } = parseArgs({
      args: args.slice(0, dashes),
      options: {
        profile: { type: "string", multiple: true },
        "env-file": { type: "string" },
        access: { type: "string" },
        task: { type: "string" },
        "on-behalf-of": { type: "string" },
        ttl: { type: "string" },
      },
    });
    const { profile: profiles = [], "env-file": envFile, task, "on-behalf-of": onBehalfOf } = values;
    const access = ACCESS_LEVELS.find((level) => level === values.access);
    const ttlSeconds = values.ttl === undefined ? undefined : parseSeconds(values.ttl);
    if (values.access !== access || (values.ttl !== undefined && !isTaskLength(ttlSeconds ?? 0))) return undefined;
    if ([task, onBehalfOf].some((name) => name !== undefined && !isSessionName(name))) return undefined;
    return {
      profiles,
      ...definedOnly({ envFile, access, task, onBehalfOf, ttlSeconds }),
      command: [program, ...words],
    };
  } catch {
    return undefined;
  }
}
