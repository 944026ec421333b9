import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface CommandLine {
  readonly names: readonly string[];
  readonly json: boolean;
}

/** What a wrong command line is told. */
export interface WrongUsage {
  readonly usage: string;
}

/** Reads `[--only NAME]… [--json]`. Without `--only` every known bench is asked for. */
export function readCommandLine(args: readonly string[], known: readonly string[]): CommandLine | WrongUsage {
  const help = `usage: pnpm bench [--only NAME]… [--json]\nbenches: ${known.join(", ")}`;
  try {
    const options = { only: { type: "string", multiple: true }, json: { type: "boolean" } } as const;
    const { only = [], json = false } = parseArgs({ args: [...args], options }).values;
    const unknown = only.find((name) => !known.includes(name));
    if (unknown !== undefined) return { usage: `--only "${unknown}" is not a bench\n${help}` };
    return { names: only.length > 0 ? only : known, json };
  } catch (error) {
    return { usage: `${error instanceof Error ? error.message : String(error)}\n${help}` };
  }
}
