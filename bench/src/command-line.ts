import { parseArgs } from "node:util";
import type { Scale } from "./bench.ts";

/** What the command line asks for. */
export interface CommandLine {
  readonly names: readonly string[];
  readonly json: boolean;
  /** Whether each bench only shows that it runs: its figure is held against nothing. */
  readonly small: boolean;
  readonly scale: Scale;
}

/** How much smaller `--small` is: 500 roles are 10, and three repetitions are one. */
const SMALL = 1 / 50;

/** Reads `[--only NAME]… [--small] [--json]`. Without `--only` every known bench is run. @returns the usage when it is wrong. */
export function readCommandLine(
  args: readonly string[],
  known: readonly string[],
): CommandLine | { readonly usage: string } {
  const help = `usage: pnpm bench [--only NAME]… [--small] [--json]\nbenches: ${known.join(", ")}`;
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { only: { type: "string", multiple: true }, json: flag, small: flag } as const;
    const { only = [], json, small } = parseArgs({ args: [...args], options }).values;
    const unknown = only.find((name) => !known.includes(name));
    if (unknown !== undefined) return { usage: `--only "${unknown}" is not a bench\n${help}` };
    const scale: Scale = small ? (full) => Math.ceil(full * SMALL) : (full) => full;
    return { names: only.length > 0 ? only : known, json, small, scale };
  } catch (error) {
    return { usage: `${error instanceof Error ? error.message : String(error)}\n${help}` };
  }
}
