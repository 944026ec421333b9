import { setTimeout } from "node:timers/promises";

/** Tries until it works, each second, for half a minute: IAM is eventually consistent. */
export async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 30; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(1_000);
    }
  }
}
