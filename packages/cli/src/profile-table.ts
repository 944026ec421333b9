import type { ProfileStatus } from "@agent-roles/runtime";
import pc from "picocolors";
import { duration, timestamp } from "./duration.ts";
import { table } from "./table.ts";

const HEADINGS = ["PROFILE", "ACCOUNT", "ROLE", "REGION", "STATUS", "EXPIRATION"];

/** The profiles as a table. `*` marks the default profile. */
export function profileTable(profiles: readonly ProfileStatus[], now: number, color: boolean): string {
  const rows = profiles.map((status) => {
    const { profile, accountId, roleArn, region, expiration } = status;
    const role = roleArn.slice(roleArn.indexOf(":role/") + ":role/".length);
    return [
      status.default ? `${profile} *` : profile,
      accountId,
      role,
      region ?? "-",
      status.status,
      expiration ? `${timestamp(expiration)} (${untilOrAgo(expiration.getTime() - now)})` : "-",
    ];
  });
  const paint = pc.createColors(color);
  const paints = { fresh: paint.green, expiring: paint.yellow, expired: paint.red, failed: paint.red, none: paint.dim };
  const [headings = "", ...lines] = table(HEADINGS, rows).split("\n");
  const reasons = profiles.flatMap(({ profile, failure }) =>
    failure
      ? [`${profile}: ${failure.code}: ${withoutSubject(failure.message, profile)}`, `  fix: ${failure.fix}`]
      : [],
  );
  return [
    paint.bold(headings),
    ...lines.map((line, index) => paints[profiles[index]?.status ?? "none"](line)),
    ...(reasons.length > 0 ? ["", ...reasons] : []),
  ].join("\n");
}

/** Messages start with the profile, which is already on the line. */
function withoutSubject(message: string, profile: string): string {
  return message.startsWith(`${profile}: `) ? message.slice(profile.length + 2) : message;
}

function untilOrAgo(ms: number): string {
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}
