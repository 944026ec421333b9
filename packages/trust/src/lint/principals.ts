import { parseArn, type Arn } from "../arn.ts";
import { asList, isRecord } from "../json.ts";
import { isUnresolved } from "./unresolved.ts";

/** One entry of a `Principal` element. */
export interface Principal {
  /** `AWS`, `Service`, `Federated` or whatever is written; `"*"` by itself is `AWS`. */
  readonly type: string;
  readonly value: string;
  readonly arn: Arn | undefined;
  /** Of an `AWS` principal that tells it. */
  readonly account: string | undefined;
  /** Its account as a whole: the twelve digits or `:root`. */
  readonly wholeAccount: boolean;
}

/** Reads a `Principal` element; entries that are no text are left to the rule that reports what AWS rejects. */
export function readPrincipals(element: unknown): readonly Principal[] {
  if (typeof element === "string") return [readPrincipal("AWS", element)];
  if (!isRecord(element)) return [];
  return Object.entries(element).flatMap(([type, values]) =>
    asList(values).flatMap((value) => (typeof value === "string" ? [readPrincipal(type, value)] : [])),
  );
}

/** Everybody: `*`. */
export function isEverybody({ type, value }: Principal): boolean {
  return type === "AWS" && value === "*";
}

function readPrincipal(type: string, value: string): Principal {
  const digits = /^\d{12}$/.test(value);
  const arn = parseArn(value);
  const account = type === "AWS" ? (digits ? value : arn?.account) : undefined;
  return {
    type,
    value,
    arn,
    account: account === undefined || isUnresolved(account) ? undefined : account,
    wholeAccount: type === "AWS" && (digits || (arn?.service === "iam" && arn.resource === "root")),
  };
}
