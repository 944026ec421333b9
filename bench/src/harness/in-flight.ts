/** Runs `work` for every index below `count`, at most `limit` at a time. @returns the results by index. */
export async function inFlight<T>(limit: number, count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
