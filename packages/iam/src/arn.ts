/** The parts of an ARN: `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly text: string;
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the fifth colon; can hold colons itself. */
  readonly resource: string;
}

const ARN = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.*)$/s;

/**
 * Splits an ARN, or a pattern of ARNs, into its six parts.
 *
 * @returns `undefined` when the text has fewer parts, does not begin with `arn:` or names no partition or service.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(text: unknown): Arn | undefined {
  const parts = typeof text === "string" ? ARN.exec(text) : null;
  if (!parts) return undefined;
  const [whole, partition = "", service = "", region = "", account = "", resource = ""] = parts;
  return { text: whole, partition, service, region, account, resource };
}

/** The account ID of an ARN or of twelve digits; `undefined` when there is none. */
export function accountOf(text: unknown): string | undefined {
  const account = parseArn(text)?.account ?? text;
  return typeof account === "string" && /^\d{12}$/.test(account) ? account : undefined;
}

/** The last `/`-separated segment: a role's or user's name without its path. */
export function lastSegment(resource: string): string {
  return resource.slice(resource.lastIndexOf("/") + 1);
}
