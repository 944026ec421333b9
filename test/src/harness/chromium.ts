import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { retry } from "./retry.ts";

/** Debian's package, or another one. */
export const CHROMIUM: string | undefined = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => existsSync(file));

export interface Browsed {
  /** The page after its scripts, and after this much time of the page. */
  readonly html: string;
  /** What the console of the page holds, such as violations of its policy. */
  readonly console: readonly string[];
}

/** Opens an address or a file as a person does, in a new profile. A page that reloads itself within the time never ends. */
export async function browse(address: string, pageTimeMs = 5_000): Promise<Browsed> {
  const profile = await mkdtemp(join(tmpdir(), "agent-roles-chromium-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"];
  const options = [`--virtual-time-budget=${pageTimeMs}`, `--user-data-dir=${profile}`];
  try {
    const { stdout, stderr } = await retry(async () => {
      const finished = await execa(CHROMIUM ?? "chromium", [...flags, ...options, address]);
      // On a busy machine Chromium ends before the page is there, and calls it success.
      if (finished.stdout === "") throw new Error(finished.stderr);
      return finished;
    });
    return { html: stdout, console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")) };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
