/** Runs a task for every group, at most `concurrency` at a time; a task that is not started before the abort is not started. */
export async function forEachGroup<Group>(
  groups: readonly Group[],
  { concurrency, signal }: { readonly concurrency: number; readonly signal?: AbortSignal | undefined },
  task: (group: Group) => Promise<void>,
): Promise<void> {
  const queue = groups.values();
  const worker = async (): Promise<void> => {
    for (const group of queue) {
      if (signal?.aborted) return;
      await task(group);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, groups.length) }, worker));
}
