import type { PolicyDocument } from "@agent-roles/trust";

/** Somebody whom a trust policy lets in, as it names them, and on which conditions. */
export interface Grantee {
  readonly kind: "anyone" | "account" | "principal" | "service" | "federated";
  /** The account's id, the ARN, the service, the provider; `*` for anyone. */
  readonly name: string;
  /** In a few words each: `external id`, `org o-a1b2c3d4e5`. */
  readonly conditions: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Whom the Allow statements of a trust policy name. An account that is narrowed by `aws:PrincipalArn` reads as the principals
 * of that condition.
 */
export function readGrantees(trustPolicy: PolicyDocument): readonly Grantee[] {
  return list(field(trustPolicy, "Statement")).flatMap((statement) => {
    if (!isJson(statement) || text(field(statement, "Effect")).toLowerCase() !== "allow") return [];
    const clauses = readClauses(field(statement, "Condition"));
    const conditions = clauses.flatMap(conditionWords);
    const narrowed = clauses.flatMap(({ operator, key, values }) =>
      key.toLowerCase() === "aws:principalarn" && /^(arn|string)(equals|like)/i.test(operator) ? values : [],
    );
    const named = field(statement, "NotPrincipal") === undefined ? principals(field(statement, "Principal")) : [ANYONE];
    return named.flatMap(({ kind, name }) => {
      const isWide = kind === "account" || kind === "anyone";
      if (isWide && narrowed.length > 0)
        return narrowed.map((arn) => ({ kind: "principal" as const, name: arn, conditions }));
      return [{ kind, name, conditions }];
    });
  });
}

const ANYONE = { kind: "anyone", name: "*" } as const;

function principals(principal: unknown): readonly Pick<Grantee, "kind" | "name">[] {
  if (principal === "*") return [ANYONE];
  if (!isJson(principal)) return [];
  return Object.entries(principal).flatMap(([type, values]) =>
    list(values).map((value) => toGrantee(type, text(value))),
  );
}

function toGrantee(type: string, value: string): Pick<Grantee, "kind" | "name"> {
  if (type === "Service") return { kind: "service", name: value };
  if (type === "Federated") return { kind: "federated", name: value };
  if (value === "*") return ANYONE;
  // Where the account is not known offline, `${AWS.AccountId}` stands for it.
  const account = /^(\d{12}|\$\{[^{}]*\})$|^arn:[^:]+:iam::([^:]+):root$/.exec(value);
  if (account) return { kind: "account", name: account[1] ?? account[2] ?? value };
  return { kind: "principal", name: value };
}

interface Clause {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function readClauses(condition: unknown): readonly Clause[] {
  if (!isJson(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isJson(keys)
      ? Object.entries(keys).map(([key, values]) => ({ operator, key, values: list(values).map(text) }))
      : [],
  );
}

function conditionWords({ key, values }: Clause): readonly string[] {
  const shown = values.length > 2 ? `${values.length} values` : values.join(", ");
  const name = key.toLowerCase();
  if (name === "aws:principalarn") return [];
  if (name === "sts:externalid") return ["external id"];
  if (name === "aws:principalorgid") return [`org ${shown}`];
  if (name === "aws:multifactorauthpresent") return ["MFA"];
  // `token.actions.githubusercontent.com:sub` is long; its last part tells what is meant.
  return [`${key.split(/[:/]/).at(-1) ?? key}: ${shown}`];
}

/** A field whatever its case: AWS reads policies so. */
function field(json: Json, name: string): unknown {
  const key = Object.keys(json).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : json[key];
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
