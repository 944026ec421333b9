import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { LATENCY_MS } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { CHILDREN, runNode } from "./harness/run-node.ts";
import { inTemporaryFolder } from "./harness/temporary-folder.ts";

const PROCESSES = 200;

export const callsPerLifetime: Bench = {
  name: "calls-per-lifetime",
  what: "STS calls of 200 processes that start at once and want one role, against one",
  budget: { kind: "ratio", atMost: 1 },
  run: () =>
    inTemporaryFolder(async (folder) => ({
      measured: await countCalls((url) => storm({ ...manyRoles(1), AGENT_ROLES_CACHE_DIR: `${folder}/cache`, ...url })),
      baseline: 1,
      unit: "calls",
      noise: 0,
    })),
};

/** Starts them all, and waits until each has its credentials. */
async function storm(env: Readonly<Record<string, string>>): Promise<void> {
  const child = join(CHILDREN, "share-session.js");
  await Promise.all(Array.from({ length: PROCESSES }, () => runNode([child], env)));
}

async function countCalls(work: (url: { AWS_ENDPOINT_URL_STS: string }) => Promise<void>): Promise<number> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume().on("end", () => void setTimeout(LATENCY_MS).then(() => response.end()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo;
  try {
    await work({ AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}` });
    return calls;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
