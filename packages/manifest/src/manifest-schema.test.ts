import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { manifestJsonSchema } from "./manifest-schema.ts";

const committed = fileURLToPath(new URL("../../../agent-roles.schema.json", import.meta.url));

// Not current? `pnpm exec vitest run --project unit packages/manifest/src/manifest-schema.test.ts -u` writes it anew.
it("has its JSON Schema committed for editors", async () => {
  await expect(`${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot(committed);
});
