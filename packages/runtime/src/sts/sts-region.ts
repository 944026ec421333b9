import { profileSetting } from "../aws-files/profile-setting.ts";
import type { Env } from "../role-env/env.ts";
import { DEFAULT_REGIONS } from "../role-env/partitions.ts";

/**
 * The Region whose STS is called: `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the Region of the master's profile, else the
 * default Region of the partition that the roles are in.
 */
export function stsRegion(env: Env, partition = "aws"): string {
  const chosen = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || profileSetting("region", env);
  return chosen || DEFAULT_REGIONS[partition] || "us-east-1";
}
