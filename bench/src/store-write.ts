import { parseRoleEnv, sharedCredentialsStore } from "@agent-roles/runtime";
import { watch } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Bench, Scale } from "./bench.ts";
import { alternate, elapsedMs } from "./harness/measure.ts";
import { homeAt, inTemporaryDirectory } from "./harness/processes.ts";
import { HOUR_MS, manyRoles, newSession } from "./harness/sts.ts";

/** Events of the file system come on a turn of their own. */
const SETTLE_MS = 50;

export const storeWrite: Bench = {
  name: "store-write",
  what: "500 rotated profiles into the shared credentials file, against write, fsync and rename of the same bytes",
  budget: { kind: "none" },
  run: (scale) =>
    rotating(scale, async (put, directory) => {
      const bytes = await readFile(join(directory, ".aws/credentials"));
      const samples = {
        subject: () => elapsedMs(put),
        baseline: () => elapsedMs(() => replaceFile(join(directory, "plain"), bytes)),
      };
      return { ...(await alternate({ ...samples, repetitions: scale(21) })), unit: "ms" };
    }),
};

/** The design's promise: N roles are one write. */
export const storeReplacements: Bench = {
  name: "store-replacements",
  what: "how often the credentials file is replaced when 500 profiles are rotated together, against once",
  budget: { kind: "ratio", atMost: 1 },
  run: async (scale) => {
    if (process.platform !== "linux") return { skipped: "only Linux reports every replacement of a file" };
    return rotating(scale, async (put, directory) => {
      const subject = (): Promise<number> => countReplacements(join(directory, ".aws"), "credentials", put);
      const figures = await alternate({ subject, baseline: async () => 1, repetitions: scale(5) });
      if (figures.measured === 0) throw new Error("no replacement of the credentials file was seen");
      return { ...figures, unit: "writes" };
    });
  },
};

/** Gives the work what puts new credentials of 500 profiles into the files of a home, which are there already. */
function rotating<T>(scale: Scale, work: (put: () => Promise<unknown>, home: string) => Promise<T>): Promise<T> {
  return inTemporaryDirectory(async (directory) => {
    const store = sharedCredentialsStore({ env: homeAt(directory) });
    const { roles } = parseRoleEnv(manyRoles(scale(500)));
    const put = (): Promise<unknown> =>
      store.put(roles.map((target) => ({ target, credentials: newSession("123456789013", HOUR_MS) })));
    await put();
    return work(put, directory);
  });
}

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const file = await open(`${path}.tmp`, "w", 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.tmp`, path);
}

/** How many times a file takes this name while the work goes on, which is how often it is replaced. */
async function countReplacements(directory: string, file: string, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const watcher = watch(directory, (event, name) => {
    if (event === "rename" && name === file) count += 1;
  });
  try {
    await work();
    await setTimeout(SETTLE_MS);
    return count;
  } finally {
    watcher.close();
  }
}
