import { claimPrefix } from "@agent-roles/iam";

/**
 * Claims of a token, or attributes of an assertion, as condition keys: `sub` of the GitHub provider becomes
 * `token.actions.githubusercontent.com:sub`. A name that has a colon is taken as the whole key.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function claimContext(
  provider: string,
  claims: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const prefix = claimPrefix(provider);
  return Object.fromEntries(
    Object.entries(claims).map(([name, values]) => [name.includes(":") ? name : `${prefix}:${name}`, values]),
  );
}
