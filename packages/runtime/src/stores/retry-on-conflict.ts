/** Tools that know nothing of our lock may write at the same time; none writes so often. */
const MOST_TRIES = 5;

/** Somebody else wrote the file between our reading and our writing it. */
export class ConcurrentWriteError extends Error {
  override readonly name = "ConcurrentWriteError";
  override readonly message = "another program keeps changing it";
}

/** Does the work again while somebody else's change would be lost by it. */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConcurrentWriteError) || tries === MOST_TRIES) throw error;
    }
  }
}
