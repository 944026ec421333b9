/** The Region in a secret's ARN; `undefined` for a name, which is looked up in the client's own Region. */
export function secretRegion(secretId: string): string | undefined {
  return secretId.startsWith("arn:") ? secretId.split(":")[3] || undefined : undefined;
}
