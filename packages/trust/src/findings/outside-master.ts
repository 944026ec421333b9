import type { TrustContext } from "../trust-model.ts";
import { type IndexedRole, readRole } from "./indexed-role.ts";

/** The master where it is not among the roles: its policies are not known, so that only the other side can be judged. */
export function readOutsideMaster({ masterRoleArn }: TrustContext): IndexedRole | undefined {
  if (masterRoleArn === undefined) return undefined;
  const unknownPolicy = "a policy whose text is not known";
  return readRole({ arn: masterRoleArn, trustPolicy: {}, managedPolicyArns: [unknownPolicy] });
}
