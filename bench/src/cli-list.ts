import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { againstBareNode } from "./harness/against-bare-node.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { CLI } from "./harness/scripts.ts";
import { inTemporaryFolder, sharedFiles } from "./harness/temporary-folder.ts";

export const cliList: Bench = {
  name: "cli-list",
  what: "agent-roles list --env-file, 3 roles, from start to end, against node -e 0",
  budget: { kind: "none" },
  run: () =>
    inTemporaryFolder(async (folder) => {
      const envFile = join(folder, "agent-roles.env");
      const lines = Object.entries(manyRoles(3)).map(([name, value]) => `${name}=${value}\n`);
      await writeFile(envFile, lines.join(""));
      return againstBareNode([CLI, "list", "--env-file", envFile], sharedFiles(folder));
    }),
};
