/**
 * An environment without anything of AWS or agent-roles in it, and with a home of its own: what a test sees is what the test
 * gives, and the user's `~/.aws` is out of reach.
 */
export function cleanEnv(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(AWS_|AGENT_ROLES_|CDK_|FORCE_COLOR$)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    CDK_HOME: `${home}/.cdk`,
    // To load the CDK's own template rules takes each process seconds; see `pack/cdk-rules.integration.ts`.
    CDK_VALIDATION: "false",
    USERPROFILE: home,
    AWS_SHARED_CREDENTIALS_FILE: `${home}/.aws/credentials`,
    AWS_CONFIG_FILE: `${home}/.aws/config`,
    // Where `CI` or FORCE_COLOR is set, colours would stand between a test and the words that it looks for.
    NO_COLOR: "1",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    // A corporate proxy's certificate is needed by the AWS CLI as much as here.
    ...(process.env["AWS_CA_BUNDLE"] && { AWS_CA_BUNDLE: process.env["AWS_CA_BUNDLE"] }),
  };
}
