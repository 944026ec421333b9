import { createAgentRoles } from "@agent-roles/runtime";
import { STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { memoize } from "@smithy/core/config";
import type { Bench, Measurement, Scale } from "./bench.ts";
import { alternate, elapsedMs, type Sample } from "./harness/measure.ts";
import { fakeSts, HOUR_MS, manyRoles, newSession, roleArn } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const CALLS = 10_000;

/** The SDK's refresh window. */
const SDK_MARGIN_MS = 300_000;

export const hotPath: Bench = {
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
};

/** By itself the SDK's provider asks STS on every call; it is the client that remembers, so a client's it is compared with. */
export const temporaryHotPath: Bench = {
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
};

/** Nanoseconds that one call of our provider takes, against those of another, both warm. */
async function againstProvider(scale: Scale, theirs: () => Promise<unknown>): Promise<Measurement> {
  const assumeRole = fakeSts({ latencyMs: 0, lifetimeMs: HOUR_MS });
  const ours = createAgentRoles({ env: manyRoles(1), assumeRole }).credentials("Profile0");
  const samples = { subject: perCall(ours), baseline: perCall(theirs) };
  await alternate({ ...samples, repetitions: scale(50) });
  return { ...(await alternate({ ...samples, repetitions: scale(200) })), unit: "ns" };
}

function perCall(provider: () => Promise<unknown>): Sample {
  const calls = async (): Promise<void> => {
    for (let call = 0; call < CALLS; call += 1) await provider();
  };
  return async () => ((await elapsedMs(calls)) * 1e6) / CALLS;
}
