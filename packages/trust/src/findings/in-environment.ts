import type { ExpectedRole, SourceLocation } from "../trust-model.ts";

/** Role and location of a finding about one `AWS_ROLE_N`. */
export function inEnvironment({ roleArn, variable, location }: ExpectedRole): {
  readonly role: string;
  readonly location: SourceLocation;
} {
  return { role: roleArn, location: location ?? { file: variable } };
}
