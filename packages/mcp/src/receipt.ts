import type { SessionCredentials } from "@agent-roles/runtime";
import { callerIdentity, isSessionOf, stsRegion } from "@agent-roles/runtime/master";
import { ACCESS_LEVELS, definedOnly, type Env, type TargetRole } from "@agent-roles/runtime/role-env";
import { z } from "zod";
import { McpError } from "./mcp-error.ts";

/** Who a profile really is, as STS answers it. */
export interface Receipt {
  /** The name for `aws --profile`, SDKs and `mcp-proxy-for-aws`. */
  readonly profile: string;
  readonly accountId: string;
  readonly arn: string;
  readonly expectedRoleArn: string;
  readonly region: string;
  readonly access: (typeof ACCESS_LEVELS)[number];
  readonly task?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly expiration: string;
}

export const receiptSchema: z.ZodType<Receipt> = z.object({
  profile: z.string(),
  accountId: z.string(),
  arn: z.string().describe("caller ARN, from STS"),
  expectedRoleArn: z.string(),
  region: z.string(),
  access: z.enum(ACCESS_LEVELS).describe("view lists, read also reads data, full is what the role allows"),
  task: z.string().optional(),
  sourceIdentity: z.string().optional(),
  expiration: z.string(),
});

/** Gives the identity of credentials. Default: asks STS. */
export type Identify = typeof callerIdentity;

export interface ReceiptOptions {
  readonly env: Env;
  readonly identify: Identify;
  /** What the session carries. */
  readonly task?: string;
  readonly sourceIdentity?: string;
}

/**
 * Asks STS who these credentials belong to.
 *
 * @param profile - the name of the profile that has them.
 * @throws {McpError} `WrongRole` when it is not the role of the target; {AgentRolesError} when STS does not answer.
 */
export async function receipt(
  profile: string,
  target: TargetRole,
  credentials: SessionCredentials,
  { env, identify, task, sourceIdentity }: ReceiptOptions,
): Promise<Receipt> {
  const region = target.region ?? stsRegion(env, target.role.partition);
  const caller = await identify({ region, credentials: async () => credentials }, profile);
  if (!isSessionOf(caller.arn, target.role)) {
    throw new McpError(
      "WrongRole",
      `${profile} is ${caller.arn}, not a session of ${target.role.arn}`,
      "Do not use this profile. Report it: the STS endpoint of this machine is not the right one.",
    );
  }
  return {
    profile,
    ...caller,
    expectedRoleArn: target.role.arn,
    region,
    access: target.access ?? "full",
    ...definedOnly({ task, sourceIdentity }),
    expiration: credentials.expiration.toISOString(),
  };
}
