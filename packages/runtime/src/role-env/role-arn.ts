/** The parts of an IAM role ARN. Parsed once at the boundary; code passes this on, never the text. */
export interface RoleArn {
  /** The whole ARN, as AWS writes it. */
  readonly arn: string;
  readonly partition: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Begins and ends with a slash; `/` for a role without a path. */
  readonly path: string;
  readonly roleName: string;
}

/** Partitions are `aws`, `aws-cn`, `aws-us-gov`, `aws-iso…`, `aws-eusc`; a path is up to 512 and a name up to 64 characters. */
const ROLE_ARN =
  /^arn:(?<partition>aws(?:-[a-z]+)*):iam::(?<accountId>\d{12}):role(?<path>\/(?:[\x21-\x39\x3b-\x7e]{1,510}\/)?)(?<roleName>[\w+=,.@-]{1,64})$/;

/**
 * Reads a role ARN of any partition, with or without a path.
 *
 * @returns `undefined` when the text is not a role ARN (a session ARN or a user ARN is not).
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function parseRoleArn(text: string): RoleArn | undefined {
  const groups = ROLE_ARN.exec(text)?.groups;
  if (!groups) return undefined;
  const { partition = "", accountId = "", path = "", roleName = "" } = groups;
  return { arn: text, partition, accountId, path, roleName };
}

/** The part of a text that is wrong in a role ARN, as the end of a message; empty when the text is no ARN at all. */
export function wrongRoleArnPart(text: string): string {
  const [, partition = "", service, region, account = "", resource = ""] =
    /^arn:([^:]*):([^:]*):([^:]*):([^:]*):([^:]*)/.exec(text) ?? [];
  if (service === undefined) return "";
  if (service !== "iam") return `: "${service}" is not iam`;
  if (region) return `: IAM has no Region, such as "${region}"`;
  if (!/^\d{12}$/.test(account)) return `: the account "${account}" does not have 12 digits`;
  if (!resource.startsWith("role/")) return `: "${resource}" is not role/<name>`;
  return /^aws(-[a-z]+)*$/.test(partition) ? "" : `: "${partition}" is not a partition of AWS`;
}
