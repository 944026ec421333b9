import type { ProfileStatus } from "@agent-roles/runtime";
import pc from "picocolors";
import { duration, timestamp } from "./duration.ts";
import { table } from "./table.ts";

/** The profiles as a table. `*` marks the default profile; the access level is a column where one is narrowed. */
export function profileTable(profiles: readonly ProfileStatus[], now: number, color: boolean): string {
  const isNarrowed = profiles.some(({ access }) => access !== "full");
  const headings = ["PROFILE", "ACCOUNT", "ROLE", "REGION", ...(isNarrowed ? ["ACCESS"] : []), "STATUS", "EXPIRATION"];
  const rows = profiles.map((status) => {
    const { profile, accountId, roleArn, region, expiration } = status;
    return [
      status.default ? `${profile} *` : profile,
      accountId,
      roleName(roleArn),
      region ?? "-",
      ...(isNarrowed ? [status.access] : []),
      refreshFailed(status)
        ? `${status.status}, ${status.failure?.code === "ProfileNotKept" ? "not rotated" : "refresh failed"}`
        : status.status,
      expiration ? `${timestamp(expiration)} (${untilOrAgo(expiration.getTime() - now)})` : "-",
    ];
  });
  const paint = pc.createColors(color);
  const paints = { fresh: paint.green, expiring: paint.yellow, expired: paint.red, failed: paint.red, none: paint.dim };
  const colors = profiles.map((each) => paints[refreshFailed(each) ? "expiring" : each.status]);
  const [first = "", ...lines] = table(headings, rows).split("\n");
  const reasons = profiles.flatMap(({ profile, failure }) =>
    failure
      ? [`${profile}: ${failure.code}: ${withoutSubject(failure.message, profile)}`, `  fix: ${failure.fix}`]
      : [],
  );
  return [
    paint.bold(first),
    ...lines.map((line, index) => colors[index]?.(line)),
    ...(reasons.length > 0 ? ["", ...reasons] : []),
  ].join("\n");
}

/** Whether the credentials are still valid, and new ones were refused or nobody asks for them. */
function refreshFailed({ status, failure }: ProfileStatus): boolean {
  return failure !== undefined && status !== "failed" && status !== "expired";
}

/** The path and name of a role. */
export function roleName(roleArn: string): string {
  return roleArn.slice(roleArn.indexOf(":role/") + ":role/".length);
}

/** A message without the profile at its start, for a reader who sees the profile beside it. */
export function withoutSubject(message: string, profile: string): string {
  return message.startsWith(`${profile}: `) ? message.slice(profile.length + 2) : message;
}

/** `in 50m`, `3m ago`. */
export function untilOrAgo(ms: number): string {
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}
