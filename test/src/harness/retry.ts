import { setTimeout } from "node:timers/promises";

/** Tries until it works, for at least half a minute: IAM is eventually consistent. */
export async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(200);
    }
  }
}
