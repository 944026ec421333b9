import process from "node:process";
import { createAgentRoles } from "@agent-roles/runtime";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";

/** Looks into every account that the agent has a role in, by its friendly name: which buckets are there? */
const roles = createAgentRoles({ cache: true });
const wanted = process.argv.slice(2);
const profiles = wanted.length > 0 ? wanted : roles.profiles().map(({ profile }) => profile);

for (const profile of profiles) {
  const { accountId } = roles.target(profile).role;
  const s3 = new S3Client({ region: "us-east-1", ...roles.clientConfig(profile) });
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const names = Buckets.map(({ Name }) => Name).join(", ");
    process.stdout.write(`${profile} (${accountId}): ${names || "no buckets"}\n`);
  } catch (error) {
    // One account that cannot be reached is no reason to leave the others out.
    process.exitCode = 1;
    process.stderr.write(`${profile} (${accountId}): ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof Error && "fix" in error) process.stderr.write(`  fix: ${String(error.fix)}\n`);
  } finally {
    s3.destroy();
  }
}
