import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import autocannon from "autocannon";
import type { Bench, Measurement, Scale } from "./bench.ts";
import { alternate, quantile } from "./harness/measure.ts";
import { AGENT_ROLES, child, startNode, withRoles } from "./harness/processes.ts";
import { HOUR_MS } from "./harness/sts.ts";

/** Half of it is the time from one rotation of a role to the next. */
const ROTATING_MS = 4_000;
const ROLES = 3;
const REQUESTS = 20_000;
const REPETITIONS = 9;

/** A server to put load on. */
interface Served {
  readonly uri: string;
  readonly authorization: string;
}

interface Load {
  readonly perRequestNs: number;
  readonly p99Ms: number;
}

/** Throughput still and while rotating, and the 99th percentile while rotating, at each number of connections. */
export const endpointBenches: readonly Bench[] = [1, 16, 64].flatMap((connections): Bench[] => [
  {
    name: `endpoint-${connections}`,
    what: `time for each request of run --endpoint, ${connections} connections, against a bare node:http server`,
    // 0.8 of its requests in a second.
    budget: { kind: "ratio", atMost: 1.25 },
    run: (scale) => compare(connections, withEndpoint(HOUR_MS), withBareServer, "perRequestNs", scale),
  },
  {
    name: `endpoint-${connections}-rotating`,
    what: `the same while ${ROLES} roles rotate every ${ROTATING_MS / 2_000} s`,
    budget: { kind: "ratio", atMost: 1.25 },
    run: (scale) => compare(connections, withEndpoint(ROTATING_MS), withBareServer, "perRequestNs", scale),
  },
  {
    name: `endpoint-${connections}-p99`,
    what: `99th percentile of the latency, ${connections} connections, while rotating, against no rotation`,
    budget: { kind: "ratio", atMost: 1.1 },
    run: (scale) => compare(connections, withEndpoint(ROTATING_MS), withEndpoint(HOUR_MS), "p99Ms", scale),
  },
]);

type WithServer = <T>(work: (served: Served) => Promise<T>) => Promise<T>;

async function compare(
  connections: number,
  withSubject: WithServer,
  withBaseline: WithServer,
  figure: keyof Load,
  scale: Scale,
): Promise<Measurement> {
  const requests = Math.max(connections, scale(REQUESTS));
  const unit = figure === "p99Ms" ? "ms" : "ns";
  const sample = (served: Served) => async () => (await load(served, connections, requests))[figure];
  return withSubject((subject) =>
    withBaseline(async (baseline) => {
      const samples = { subject: sample(subject), baseline: sample(baseline), unit } as const;
      // The first requests meet code that V8 has not compiled.
      await alternate({ ...samples, repetitions: 1 });
      return alternate({ ...samples, repetitions: scale(REPETITIONS) });
    }),
  );
}

/** Sends this many requests as fast as the answers come. @throws when an answer is not 200. */
async function load({ uri, authorization }: Served, connections: number, amount: number): Promise<Load> {
  const times: number[] = [];
  const start = performance.now();
  let end = start;
  const run = autocannon({ url: uri, connections, amount, headers: { authorization } }, () => undefined);
  run.on("response", (_client, status, _bytes, responseTime) => {
    if (status !== 200) throw new Error(`${uri} answered ${status}`);
    times.push(responseTime);
    // autocannon notices the end at its next tick, up to a second later.
    end = performance.now();
  });
  await once(run, "done");
  return { perRequestNs: ((end - start) * 1e6) / times.length, p99Ms: quantile(times, 0.99) };
}

/** `agent-roles run --endpoint` with sessions of this length. */
function withEndpoint(lifetimeMs: number): WithServer {
  return (work) =>
    withRoles(ROLES, { latencyMs: 50, lifetimeMs }, ({ env }) =>
      withProcess([...AGENT_ROLES, "run", "--json", "--endpoint", "0"], env, async (line) => {
        for (;;) {
          const { event, url, profiles } = JSON.parse(await line());
          if (event !== "endpoint") continue;
          while ((await fetch(`${url}/readyz`)).status !== 200) await setTimeout(20);
          const [{ uri, tokenFile }] = profiles;
          return work({ uri, authorization: await readFile(tokenFile, "utf8") });
        }
      }),
    );
}

const withBareServer: WithServer = (work) =>
  withProcess([child("bare-server")], {}, async (line) =>
    work({ uri: `${await line()}/credentials/Profile0`, authorization: "none" }),
  );

/** Runs `work` beside a process of Node, and gives it the lines that the process prints. */
async function withProcess<T>(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  work: (line: () => Promise<string>) => Promise<T>,
): Promise<T> {
  const started = startNode(args, env);
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  try {
    return await work(async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`node ${args.join(" ")} has ended`);
      return value;
    });
  } finally {
    const ended = once(started, "exit");
    started.kill();
    if (started.exitCode === null) await ended;
  }
}
