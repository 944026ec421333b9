/** The entry of `trustedBy` for each form of `--trusted-by`, as YAML. Values are JSON texts, which YAML reads as they are. */
const FORMS: readonly (readonly [pattern: RegExp, entry: (...values: string[]) => readonly string[]])[] = [
  [
    /^account:(\d{12})$/,
    (id) => [
      "# Any principal of the account whose policies allow it. For one role or user: - principal: <its ARN>",
      `- account: ${id}`,
    ],
  ],
  [/^principal:(arn:.+)$/, (arn) => [`- principal: ${arn}`]],
  [/^service:(.+)$/, (name) => [`- service: ${name}`]],
  [
    /^pod-identity:(arn:[^/]+\/[^/]+)\/([^/]+)\/([^/]+)$/,
    (cluster, namespace, serviceAccount) => [
      "- podIdentity:",
      `    clusterArn: ${cluster}`,
      `    namespace: ${namespace}`,
      `    serviceAccount: ${serviceAccount}`,
      "    # Add create: true to create the Pod Identity association too. The stack's Region must be the cluster's.",
    ],
  ],
  [
    /^github:([A-Za-z\d](?:[A-Za-z\d-]{0,38})\/[\w.-]{1,100})$/,
    (repository) => [
      "- oidc:",
      "    provider: token.actions.githubusercontent.com",
      "    # Workflows on the branch main. Of a GitHub environment: repo:OWNER/REPO:environment:NAME",
      "    # agent-roles check reports oidc-github-mutable-subject: who registers OWNER after it was renamed or deleted gets access.",
      "    # Where the subjects of your tokens have IDs, write these: repo:OWNER@ID/REPO@ID:ref:refs/heads/main",
      `    subjects: [${JSON.stringify(`repo:${JSON.parse(repository ?? "")}:ref:refs/heads/main`)}]`,
      "    # Remove this line if the account already has this OIDC provider.",
      "    create: true",
    ],
  ],
];

export const TRUSTED_BY_FORMS: string =
  "account:ID, principal:ARN, github:OWNER/REPO, pod-identity:CLUSTER_ARN/NAMESPACE/SERVICE_ACCOUNT, service:NAME";

/** An entry of `master.trustedBy`, as lines of YAML. @returns `undefined` for a text that has none of the forms. */
export function trustedByEntry(text: string): readonly string[] | undefined {
  for (const [pattern, entry] of FORMS) {
    const match = pattern.exec(text);
    if (match) return entry(...match.slice(1).map((value) => JSON.stringify(value)));
  }
  return undefined;
}
