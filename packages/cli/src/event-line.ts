import type { AgentRolesEvent, TargetRole } from "@agent-roles/runtime";
import pc from "picocolors";
import { timestamp } from "./duration.ts";

export interface EventLineOptions {
  readonly at: Date;
  readonly color: boolean;
  /** Whether a failed role is tried again. */
  readonly retries: boolean;
}

/** One event as one line of text; failures bring their fix in a second. */
export function eventLine(event: AgentRolesEvent, { at, color, retries }: EventLineOptions): string {
  const paint = pc.createColors(color);
  const line = (word: string, text: string): string => `${timestamp(at)}  ${word.padEnd(8)}  ${text}`;
  switch (event.type) {
    case "assumed": {
      const { key, previous, target } = event;
      const keys = previous ? `${previous.keyId} → ${key.keyId}` : key.keyId;
      const text = `${target.profile}  ${keys}  until ${timestamp(key.expiration)}`;
      return paint.green(line(previous ? "rotated" : "assumed", text));
    }
    case "assumeFailed": {
      const { error, retryAt, validUntil } = event;
      const kept = validUntil && validUntil > at ? `; its credentials stay until ${timestamp(validUntil)}` : "";
      const next = retries ? `\n  next try ${timestamp(retryAt)}${kept}` : "";
      return paint.red(line("failed", `${error.message}\n  ${error.code}: ${error.fix}${next}`));
    }
    case "stored":
      return line("stored", `${profiles(event.targets)} in ${event.store}`);
    case "storeFailed":
      return paint.red(line("failed", `${event.error.message}\n  ${event.error.code}: ${event.error.fix}`));
  }
}

/** One event as a JSON object, without secrets. */
export function eventJson(event: AgentRolesEvent, at: Date): Record<string, unknown> {
  const base = { time: at.toISOString(), event: event.type };
  switch (event.type) {
    case "assumed": {
      const { target, key, previous } = event;
      return {
        ...base,
        profile: target.profile,
        roleArn: target.role.arn,
        keyId: key.keyId,
        previousKeyId: previous?.keyId ?? null,
        expiration: key.expiration.toISOString(),
      };
    }
    case "assumeFailed": {
      const { target, error, retryAt, validUntil } = event;
      return {
        ...base,
        profile: target.profile,
        roleArn: target.role.arn,
        code: error.code,
        message: error.message,
        fix: error.fix,
        retryAt: retryAt.toISOString(),
        validUntil: validUntil?.toISOString() ?? null,
      };
    }
    case "stored":
      return { ...base, store: event.store, profiles: event.targets.map(({ profile }) => profile) };
    case "storeFailed": {
      const { store, targets, error } = event;
      const { code, message, fix } = error;
      return { ...base, store, profiles: targets.map(({ profile }) => profile), code, message, fix };
    }
  }
}

/** A few by name, many by number. */
function profiles(targets: readonly TargetRole[]): string {
  return targets.length > 5 ? `${targets.length} profiles` : targets.map(({ profile }) => profile).join(", ");
}
