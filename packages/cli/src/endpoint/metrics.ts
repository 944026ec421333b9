import type { AgentRolesEvent, CallSummary, ProfileStatus } from "@agent-roles/runtime";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What `/metrics` shows. */
export interface Metrics {
  readonly onEvent: (event: AgentRolesEvent) => void;
  readonly onCall: (call: CallSummary) => void;
  readonly contentType: string;
  /** In the text format of Prometheus. */
  readonly text: (profiles: readonly ProfileStatus[], now: number) => Promise<string>;
}

/**
 * Metrics of a rotation.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export function endpointMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const rotations = new Counter({
    name: "agent_roles_rotations_total",
    help: "Sessions that were received, by profile: from STS, or from another process with the same cache.",
    labelNames: ["profile"],
    registers,
  });
  const failures = new Counter({
    name: "agent_roles_failures_total",
    help: "Failed refreshes and writes, by code.",
    labelNames: ["code"],
    registers,
  });
  const expiry = new Gauge({
    name: "agent_roles_credentials_expiry_seconds",
    help: "Seconds until the credentials of a profile expire; 0 or less without valid credentials.",
    labelNames: ["profile"],
    registers,
  });
  const calls = new Histogram({
    name: "agent_roles_sts_call_duration_seconds",
    help: "AssumeRole calls of this process, by result: ok, or the code of the failure.",
    labelNames: ["result"],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  return {
    onEvent: (event) => {
      if (event.type === "assumed") rotations.inc({ profile: event.target.profile });
      else if ("error" in event) failures.inc({ code: event.error.code });
    },
    onCall: ({ durationMs, code = "ok" }) => calls.observe({ result: code }, durationMs / 1_000),
    contentType: registry.contentType,
    text: (profiles, now) => {
      expiry.reset();
      for (const { profile, expiration } of profiles) {
        expiry.set({ profile }, expiration ? (expiration.getTime() - now) / 1_000 : 0);
      }
      return registry.metrics();
    },
  };
}
