// Makes dist/fast-main.cjs, the fast path of `agent-roles credential-process`: docs/decisions/one-file-for-a-cache-hit.md.
import { join } from "node:path";
import { rolldown } from "rolldown";

const dist = join(import.meta.dirname, "dist");
const bundle = await rolldown({ input: join(dist, "fast-main.js"), platform: "node" });
await bundle.write({ file: join(dist, "fast-main.cjs"), format: "cjs", minify: true });
