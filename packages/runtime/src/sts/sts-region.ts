import { profileSetting } from "../aws-files/profile-setting.ts";
import type { Env } from "../role-env/env.ts";
import { DEFAULT_REGIONS } from "../role-env/partitions.ts";

/**
 * The Region whose STS is called: `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the Region of the master's profile, else the
 * default Region of the partition that the roles are in.
 *
 * @throws {AgentRolesError} `StoreFailed` when one of the shared files is a pipe or a device.
 */
export function stsRegion(env: Env, partition = "aws"): string {
  // Read although a variable wins: a pipe or a device is refused here. The SDK, which reads next, would read it without end.
  const ofProfile = profileSetting("region", env);
  const chosen = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || ofProfile;
  return chosen || DEFAULT_REGIONS[partition] || "us-east-1";
}
