/** A policy as IAM's JSON. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  /** Trust policies only. */
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Condition;
}

/** Operator, key, values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The document of a list of statements. */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** What one call with session tags and a source identity needs: all three are asked of both policies. */
export const ASSUME_ACTIONS: readonly string[] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

/** A whole account as a principal. */
export function accountPrincipal(partition: string, account: string): Readonly<Record<string, string>> {
  return { AWS: `arn:${partition}:iam::${account}:root` };
}
