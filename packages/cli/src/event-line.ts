import type { AgentRolesError, AgentRolesEvent, TargetRole } from "@agent-roles/runtime";
import pc from "picocolors";
import { timestamp } from "./duration.ts";

export interface EventLineOptions {
  readonly at: Date;
  readonly color: boolean;
  /** Whether a failed role will be retried. */
  readonly retries: boolean;
}

/** One event as text: one line, and the fix of a failure on a second line. `undefined` for progress events. */
export function eventLine(event: AgentRolesEvent, { at, color, retries }: EventLineOptions): string | undefined {
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
      const kept =
        validUntil && validUntil > at ? `; current credentials are valid until ${timestamp(validUntil)}` : "";
      const next = retries ? `\n  retry at ${timestamp(retryAt)}${kept}` : "";
      return paint.red(line("failed", `${failureText(error)}${next}`));
    }
    case "masterFailed": {
      const next = retries ? `\n  retry at ${timestamp(event.retryAt)}` : "";
      return paint.red(line("failed", `${failureText(event.error)}${next}`));
    }
    case "initialProgress": {
      const { done, failed, total } = event;
      if (done < total) return undefined;
      return line("ready", failed === 0 ? `all ${total} profiles` : `${total - failed} of ${total} profiles`);
    }
    case "stored":
      return line("stored", `${profiles(event.targets)} in ${event.store}`);
    case "removed":
      return line("removed", `${profiles(event.targets)} from ${event.store}`);
    case "rolesChanged": {
      const { added, changed, removed } = event;
      const parts = Object.entries({ added, changed, removed }).filter(([, targets]) => targets.length > 0);
      return line("changed", parts.map(([word, targets]) => `${word} ${profiles(targets)}`).join("; "));
    }
    case "storeFailed":
      return paint.red(line("failed", failureText(event.error)));
    case "rolesUnreadable": {
      const text = failureText(event.error);
      const place = text.startsWith(event.source) ? "" : `${event.source}: `;
      return paint.red(line("failed", `${place}${text}\n  Keeping the previous role definitions.`));
    }
    case "cacheFailed":
      return paint.yellow(line("warning", failureText(event.error)));
    case "durationCapped": {
      const { profile, durationSeconds } = event;
      return paint.yellow(
        line("warning", `${profile}: session duration capped at ${durationSeconds} s (role chaining)`),
      );
    }
    case "clockSkew": {
      const seconds = Math.round(event.offsetMs / 1000);
      if (seconds === 0) return line("clock", "in sync with AWS again");
      const side = seconds > 0 ? "behind" : "ahead of";
      const text = `this machine's clock is ${Math.abs(seconds)} s ${side} AWS; rotation uses the time of AWS\n  fix: Synchronize the clock (NTP).`;
      return paint.yellow(line("warning", text));
    }
  }
}

function failureText({ message, code, fix }: AgentRolesError): string {
  // Indented, so that a message with line breaks cannot forge an event.
  return `${message}\n${code}: ${fix}`.replaceAll("\n", "\n  ");
}

/** Up to five names, else a count. */
function profiles(targets: readonly TargetRole[]): string {
  return targets.length > 5 ? `${targets.length} profiles` : targets.map(({ profile }) => profile).join(", ");
}
