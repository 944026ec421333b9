import { createAgentRoles, parseRoleEnv, sharedCredentialsStore } from "@agent-roles/runtime";
import { STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { memoize } from "@smithy/core/config";
import { watch } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Bench, Measurement, Scale } from "./bench.ts";
import { alternate, elapsedMs, type Sample } from "./harness/measure.ts";
import { child, figureOf, homeAt, inTemporaryDirectory, runNode, withRoles } from "./harness/processes.ts";
import { CONCURRENCY, fakeSts, HOUR_MS, LATENCY_MS, manyRoles, newSession, roleArn } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const CALLS = 10_000;
const ROLES = 500;

/** The SDK's refresh window. */
const SDK_MARGIN_MS = 300_000;

/** Events of the file system come on a turn of their own. */
const SETTLE_MS = 50;

/** The runtime as an agent imports it. */
export const libraryBenches: readonly Bench[] = [
  {
    name: "hot-path",
    what: "roles.credentials(p)() while fresh, against the SDK's memoize over the same session",
    budget: { kind: "ratio", atMost: 1 },
    run: (scale) =>
      againstProvider(
        scale,
        memoize(
          async () => newSession("123456789013", HOUR_MS),
          ({ expiration }) => expiration.getTime() - Date.now() < SDK_MARGIN_MS,
          ({ expiration }) => expiration !== undefined,
        ),
      ),
  },
  {
    // By itself the SDK's provider calls STS each time; a client remembers what it gave.
    name: "temporary-hot-path",
    what: "roles.credentials(p)() while fresh, against fromTemporaryCredentials as an SDK client remembers it",
    budget: { kind: "ratio", atMost: 1 },
    run: (scale) =>
      withStsStub({ latencyMs: 0, lifetimeMs: HOUR_MS }, async ({ env }) => {
        const clientConfig = { region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL_STS };
        const masterCredentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
        const params = { RoleArn: roleArn(0), RoleSessionName: "agent-roles" };
        const credentials = fromTemporaryCredentials({ params, clientConfig, masterCredentials });
        const client = new STSClient({ ...clientConfig, credentials });
        return againstProvider(scale, () => client.config.credentials());
      }),
  },
  {
    name: "profiles-ready",
    what: "500 profiles ready, a fake STS at 50 ms, against 25 rounds of 50 ms",
    budget: { kind: "ratio", atMost: 1.25 },
    run: (scale) => {
      const env = manyRoles(scale(ROLES));
      const assumeRole = fakeSts({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS });
      const subject = (): Promise<number> => elapsedMs(() => createAgentRoles({ env, assumeRole }).assumeAll());
      return alternate({ subject, baseline: ideal(scale), repetitions: scale(5), unit: "ms" });
    },
  },
  {
    name: "profiles-ready-sdk",
    what: "the same through the SDK and HTTP on loopback, in a process that has just started",
    budget: { kind: "ratio", atMost: 1.25 },
    run: (scale) => throughHttp(scale, 5, "ideal"),
  },
  {
    name: "sdk-overhead",
    what: "profiles-ready-sdk, against the bare SDK client with as many calls in flight",
    budget: { kind: "none" },
    run: (scale) => throughHttp(scale, 3, "bareSdk"),
  },
  {
    name: "temporary-fill",
    what: "profiles-ready-sdk, against 500 fromTemporaryCredentials, as many at a time",
    budget: { kind: "none" },
    run: (scale) => throughHttp(scale, 3, "temporary"),
  },
  {
    name: "calls-per-lifetime",
    what: "STS calls of 200 processes that start at once and want one role, against one",
    budget: { kind: "ratio", atMost: 1 },
    run: (scale) =>
      withRoles(1, { latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, async ({ env, calls }) => {
        await Promise.all(Array.from({ length: scale(200) }, () => runNode([child("share-session")], env)));
        return { measured: calls(), baseline: 1, unit: "calls", noise: 0 };
      }),
  },
  {
    // The design's promise: N roles are one write.
    name: "store-replacements",
    what: "how often the credentials file is replaced when 500 profiles are rotated together, against once",
    budget: { kind: "ratio", atMost: 1 },
    run: async (scale) => {
      if (process.platform !== "linux") return { skipped: "only Linux reports every replacement of a file" };
      return inTemporaryDirectory(async (directory) => {
        const store = sharedCredentialsStore({ env: homeAt(directory) });
        const { roles } = parseRoleEnv(manyRoles(scale(ROLES)));
        const put = (): Promise<unknown> =>
          store.put(roles.map((target) => ({ target, credentials: newSession("123456789013", HOUR_MS) })));
        await put();
        const subject = (): Promise<number> => countReplacements(join(directory, ".aws"), "credentials", put);
        const figures = await alternate({
          subject,
          baseline: async () => 1,
          repetitions: scale(5),
          unit: "writes",
        });
        if (figures.measured === 0) throw new Error("no replacement of the credentials file was seen");
        return figures;
      });
    },
  },
];

/** Nanoseconds that one call of our provider takes, against those of another, both warm. */
async function againstProvider(scale: Scale, theirs: () => Promise<unknown>): Promise<Measurement> {
  const assumeRole = fakeSts({ latencyMs: 0, lifetimeMs: HOUR_MS });
  const ours = createAgentRoles({ env: manyRoles(1), assumeRole }).credentials("Profile0");
  const samples = { subject: perCall(ours), baseline: perCall(theirs), unit: "ns" } as const;
  await alternate({ ...samples, repetitions: scale(50) });
  return alternate({ ...samples, repetitions: scale(200) });
}

function perCall(provider: () => Promise<unknown>): Sample {
  const calls = async (): Promise<void> => {
    for (let call = 0; call < CALLS; call += 1) await provider();
  };
  return async () => ((await elapsedMs(calls)) * 1e6) / CALLS;
}

/** The time when nothing but STS takes any. */
function ideal(scale: Scale): Sample {
  return async () => Math.ceil(scale(ROLES) / CONCURRENCY) * LATENCY_MS;
}

function throughHttp(
  scale: Scale,
  repetitions: number,
  against: "ideal" | "bareSdk" | "temporary",
): Promise<Measurement> {
  return withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, ({ env }) => {
    const assume = (how: string) => () => figureOf([child("assume-all"), how, `${scale(ROLES)}`], env);
    const baseline = against === "ideal" ? ideal(scale) : assume(against);
    return alternate({ subject: assume("ours"), baseline, repetitions: scale(repetitions), unit: "ms" });
  });
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
