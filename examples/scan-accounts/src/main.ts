import process from "node:process";
import { type AgentRoles, AgentRolesError, createAgentRoles } from "@agent-roles/runtime";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";

/** Prints the buckets of one account. */
async function scan(roles: AgentRoles, profile: string): Promise<void> {
  const { accountId } = roles.target(profile).role;
  const s3 = new S3Client({ region: "us-east-1", ...roles.clientConfig(profile) });
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const names = Buckets.map(({ Name }) => Name).join(", ");
    process.stdout.write(`${profile} (${accountId}): ${names || "no buckets"}\n`);
  } finally {
    s3.destroy();
  }
}

/** Prints the failure and its fix. */
function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof AgentRolesError) process.stderr.write(`  fix: ${error.fix}\n`);
}

try {
  const roles = createAgentRoles({ cache: true });
  const wanted = process.argv.slice(2);
  const profiles = wanted.length > 0 ? wanted : roles.profiles().map(({ profile }) => profile);
  for (const profile of profiles) {
    // A failing account does not stop the scan of the others.
    await scan(roles, profile).catch((error: unknown) => {
      process.exitCode = 1;
      report(error);
    });
  }
} catch (error) {
  process.exitCode = 2;
  report(error);
}
