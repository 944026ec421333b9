import { parseRoleEnv, sharedCredentialsStore } from "@agent-roles/runtime";
import { open, readFile, rename } from "node:fs/promises";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { countRenames } from "./harness/count-renames.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { newSession } from "./harness/fake-sts.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { inTemporaryFolder, sharedFiles } from "./harness/temporary-folder.ts";

const PROFILES = 500;

export const storeWrite: Bench = {
  name: "store-write",
  what: "500 rotated profiles into the shared credentials file, against write, fsync and rename of the same bytes",
  budget: { kind: "none" },
  run: () =>
    inTemporaryFolder(async (folder) => {
      const env = sharedFiles(folder);
      const put = rotateInto(env);
      // The first write also makes the config file; a rotation finds both.
      await put();
      const bytes = await readFile(env.AWS_SHARED_CREDENTIALS_FILE);
      const baseline = (): Promise<number> => elapsedMs(() => replaceFile(`${folder}/plain`, bytes));
      return { ...(await alternate({ subject: () => elapsedMs(put), baseline, repetitions: 21 })), unit: "ms" };
    }),
};

/** The design's promise: N roles are one write. */
export const storeReplacements: Bench = {
  name: "store-replacements",
  what: "how often the credentials file is replaced when 500 profiles are rotated together, against once",
  budget: { kind: "ratio", atMost: 1 },
  run: async () => {
    if (process.platform !== "linux") return { skipped: "only Linux tells every replacement of a file" };
    return inTemporaryFolder(async (folder) => {
      const env = sharedFiles(folder);
      const put = rotateInto(env);
      await put();
      const subject = (): Promise<number> => countRenames(env.AWS_SHARED_CREDENTIALS_FILE, put);
      const measured = await alternate({ subject, baseline: async () => 1, repetitions: 5 });
      // A watcher that sees nothing must not pass.
      if (measured.measured === 0) throw new Error("no replacement of the credentials file was seen");
      return { ...measured, unit: "writes" };
    });
  },
};

/** Puts new credentials of 500 profiles into the shared credentials file, every time it is called. */
function rotateInto(env: ReturnType<typeof sharedFiles>): () => Promise<unknown> {
  const store = sharedCredentialsStore({ env });
  const { roles } = parseRoleEnv(manyRoles(PROFILES));
  return () => store.put(roles.map((target) => ({ target, credentials: newSession("123456789013", 3_600_000) })));
}

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const file = await open(`${path}.tmp`, "w", 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.tmp`, path);
}
