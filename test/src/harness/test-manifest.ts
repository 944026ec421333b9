import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { REPOSITORY } from "./repository.ts";
import type { Target } from "./target.ts";

/** What of `agent-roles.yaml` the tests change. */
interface RawManifest {
  rolePath?: string;
  /** Names roles by their ARNs. */
  trust?: unknown;
  readonly master: {
    account: string;
    roleName: string;
    statements?: object[];
    readonly trustedBy: { account?: string }[];
  };
  readonly roles: { account: string; roleName: string; statements?: object[] }[];
}

/** The accounts that `agent-roles.yaml` names. */
const MASTER = "123456789012";

/** The text of the repository's manifest, with the target's accounts and, where others deploy too, names of its own. */
export async function testManifest({ masterAccount, otherAccount, suffix }: Target): Promise<string> {
  const manifest: RawManifest = parse(await readFile(join(REPOSITORY, "agent-roles.yaml"), "utf8"));
  const account = (id: string): string => (id === MASTER ? masterAccount : otherAccount);
  for (const each of [manifest.master, ...manifest.roles]) {
    each.account = account(each.account);
    each.roleName += suffix;
  }
  for (const trusted of manifest.master.trustedBy) {
    if (trusted.account !== undefined) trusted.account = account(trusted.account);
  }
  // Roles can come from a secret that the master reads.
  manifest.master.statements = [
    {
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue"],
      Resource: [`arn:aws:secretsmanager:*:${masterAccount}:secret:agent/*`],
    },
  ];
  // The example lists the buckets of every account.
  for (const role of manifest.roles) {
    role.statements?.push({ Effect: "Allow", Action: ["s3:ListAllMyBuckets"], Resource: ["*"] });
  }
  if (suffix !== "") {
    manifest.rolePath = `/agent-roles${suffix}/`;
    delete manifest.trust;
  }
  return stringify(manifest);
}
