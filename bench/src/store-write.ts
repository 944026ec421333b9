import { parseRoleEnv, sharedCredentialsStore } from "@agent-roles/runtime";
import { open, readFile, rename } from "node:fs/promises";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { newSession } from "./harness/fake-sts.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { inTemporaryFolder, sharedFiles } from "./harness/temporary-folder.ts";

export const storeWrite: Bench = {
  name: "store-write",
  what: "500 rotated profiles into the shared credentials file, against write, fsync and rename of the same bytes",
  budget: { kind: "none" },
  run: () =>
    inTemporaryFolder(async (folder) => {
      const env = sharedFiles(folder);
      const store = sharedCredentialsStore({ env });
      const { roles } = parseRoleEnv(manyRoles(500));
      const put = async (): Promise<number> => {
        const entries = roles.map((target) => ({ target, credentials: newSession("123456789013", 3_600_000) }));
        return elapsedMs(() => store.put(entries));
      };
      // The first write also makes the config file; a rotation finds both.
      await put();
      const bytes = await readFile(env.AWS_SHARED_CREDENTIALS_FILE);
      const baseline = (): Promise<number> => elapsedMs(() => replaceFile(`${folder}/plain`, bytes));
      return { ...(await alternate({ subject: put, baseline, repetitions: 21 })), unit: "ms" };
    }),
};

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const file = await open(`${path}.tmp`, "w", 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.tmp`, path);
}
