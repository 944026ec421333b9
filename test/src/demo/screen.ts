import pc from "picocolors";

/** What the demo writes on: steps with a number, what happens below them, and how long they took. */
export interface Screen {
  say(text: string): void;
  /** A line below the current step. */
  line(text: string): void;
  /** A command as a person would type it. */
  command(text: string): void;
  /** Runs one step and prints its seconds. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

export function screen(steps: number, write: (text: string) => void): Screen {
  let current = 0;
  return {
    say: (text) => write(`${text}\n`),
    line: (text) => write(`${text.replaceAll(/^/gm, "      ")}\n`),
    command: (text) => write(`      ${pc.cyan(`$ ${text}`)}\n`),
    step: async (title, work) => {
      current += 1;
      const began = Date.now();
      write(`\n${pc.bold(`[${current}/${steps}] ${title}`)}\n`);
      const result = await work();
      write(`      ${pc.dim(`${((Date.now() - began) / 1_000).toFixed(1)} s`)}\n`);
      return result;
    },
  };
}
