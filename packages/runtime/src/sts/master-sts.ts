import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { Clock } from "../clock.ts";
import type { MasterRoleHop } from "../role-env/index.ts";
import { roleSession } from "../rotation/role-session.ts";
import { type SessionShape, stsAssumeRole } from "./assume-role.ts";
import { isSessionOf } from "./session-arn.ts";

export interface MasterStsOptions {
  readonly region: string;
  /** Default: the SDK's default chain. */
  readonly ambient?: AwsCredentialIdentityProvider;
  readonly master?: MasterRoleHop;
  readonly shape: SessionShape;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A hung connection is a failure like any other; without limits the SDK waits for ever. */
const REQUEST_HANDLER = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** An STS client that speaks as the master role: with the ambient credentials, or through `AWS_MASTER_ROLE_ARN` first. */
export function masterSts({ region, ambient, master, shape, clock, random }: MasterStsOptions): STSClient {
  const client = new STSClient({
    region,
    requestHandler: REQUEST_HANDLER,
    ...(ambient && { credentials: ambient }),
  });
  if (!master) return client;

  const { roleSessionName } = shape;
  const assume = stsAssumeRole(client, { ...(roleSessionName && { roleSessionName }) }, clock);
  const request = { ...master, name: "master role", variable: "AWS_MASTER_ROLE" };
  const hop = roleSession(() => assume(request), { clock, random });

  let isMaster: Promise<boolean> | undefined;
  const credentials = async (): Promise<AwsCredentialIdentity> => {
    // A session of the master itself must not hop: a role may assume itself only where its own trust policy says so.
    isMaster ??= client.send(new GetCallerIdentityCommand({})).then(
      ({ Arn = "" }) => isSessionOf(Arn, master.role),
      (error: unknown) => {
        isMaster = undefined;
        throw error;
      },
    );
    return (await isMaster) ? client.config.credentials() : hop.credentials();
  };
  return new STSClient({ region, requestHandler: REQUEST_HANDLER, credentials });
}
