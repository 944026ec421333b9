import type { TargetRole } from "../role-env/index.ts";
import type { SectionEdit } from "../aws-files/sections.ts";

/** A profile's section of the config file, with its Region and these lines; no section when there is nothing to say. */
export function profileSection({ profile, region, role }: TargetRole, lines: readonly string[] = []): SectionEdit {
  const all = [...lines, ...(region ? [`region = ${region}`] : [])];
  return { header: `profile ${profile}`, note: `do not edit; role=${role.arn}`, ...(all.length > 0 && { lines: all }) };
}
