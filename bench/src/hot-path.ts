import { createAgentRoles } from "@agent-roles/runtime";
import { memoize } from "@smithy/core/config";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { fakeSts, newSession } from "./harness/fake-sts.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { perCallNs } from "./harness/per-call.ts";

const HOUR_MS = 3_600_000;

/** The SDK's refresh window. */
const SDK_MARGIN_MS = 300_000;

export const hotPath: Bench = {
  name: "hot-path",
  what: "roles.credentials(p)() while fresh, against the SDK's memoize over the same session",
  budget: { kind: "ratio", atMost: 1 },
  run: async () => {
    const roles = createAgentRoles({
      env: manyRoles(1),
      assumeRole: fakeSts({ latencyMs: 0, lifetimeMs: HOUR_MS }),
    });
    const memoized = memoize(
      async () => newSession("123456789013", HOUR_MS),
      ({ expiration }) => expiration.getTime() - Date.now() < SDK_MARGIN_MS,
      ({ expiration }) => expiration !== undefined,
    );
    const samples = { subject: perCallNs(roles.credentials("Profile0")), baseline: perCallNs(memoized) };
    await alternate({ ...samples, repetitions: 50 });
    return { ...(await alternate({ ...samples, repetitions: 200 })), unit: "ns" };
  },
};
