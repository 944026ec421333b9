import { createAgentRoles } from "@agent-roles/runtime";
import { STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { fakeSts } from "./harness/fake-sts.ts";
import { LATENCY_MS, ROLES } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { perCallNs } from "./harness/per-call.ts";
import { CHILDREN, figureOf } from "./harness/run-node.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const HOUR_MS = 3_600_000;

/** By itself the SDK's provider asks STS on every call; it is the client that remembers, so a client's it is compared with. */
export const temporaryHotPath: Bench = {
  name: "temporary-hot-path",
  what: "roles.credentials(p)() while fresh, against fromTemporaryCredentials as an SDK client remembers it",
  budget: { kind: "ratio", atMost: 1 },
  run: () =>
    withStsStub({ latencyMs: 0, lifetimeMs: HOUR_MS }, async (stub) => {
      const clientConfig = { region: stub.AWS_REGION, endpoint: stub.AWS_ENDPOINT_URL_STS };
      const masterCredentials = { accessKeyId: stub.AWS_ACCESS_KEY_ID, secretAccessKey: stub.AWS_SECRET_ACCESS_KEY };
      const params = { RoleArn: "arn:aws:iam::123456789013:role/agent-roles/Role0", RoleSessionName: "agent-roles" };
      const theirs = fromTemporaryCredentials({ params, clientConfig, masterCredentials });
      const client = new STSClient({ ...clientConfig, credentials: theirs });
      const roles = createAgentRoles({
        env: manyRoles(1),
        assumeRole: fakeSts({ latencyMs: 0, lifetimeMs: HOUR_MS }),
      });
      const subject = perCallNs(roles.credentials("Profile0"));
      const baseline = perCallNs(() => client.config.credentials());
      await alternate({ subject, baseline, repetitions: 50 });
      return { ...(await alternate({ subject, baseline, repetitions: 200 })), unit: "ns" };
    }),
};

export const temporaryFill: Bench = {
  name: "temporary-fill",
  what: "profiles-ready-sdk, against 500 fromTemporaryCredentials, as many at a time",
  budget: { kind: "none" },
  run: () =>
    withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, async (stub) => {
      const env = { ...stub, ...manyRoles(ROLES) };
      const subject = (): Promise<number> => figureOf([join(CHILDREN, "assume-all.js")], env);
      const baseline = (): Promise<number> => figureOf([join(CHILDREN, "assume-all-temporary.js")], env);
      return { ...(await alternate({ subject, baseline, repetitions: 3 })), unit: "ms" };
    }),
};
