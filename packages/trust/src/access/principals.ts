import { asList, isRecord, parseArn, quote } from "@agent-roles/iam";

/** A principal of a trust policy in one spelling, whatever the policy's own. */
export interface NamedPrincipal {
  readonly kind: "aws" | "service" | "federated" | "everyone" | "unreadable";
  /** The ARN, the service or the provider; `*` for everyone. */
  readonly name: string;
}

const EVERYONE: NamedPrincipal = { kind: "everyone", name: "*" };

/**
 * The principals that a statement names, in one spelling: `"123456789012"` becomes the account's ARN, `"*"` and
 * `{"AWS":"*"}` are the same, a text and a list of one are the same.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function readPrincipals(elements: Readonly<Record<string, unknown>>, partition: string): NamedPrincipal[] {
  const { Principal: principal, NotPrincipal: excluded } = elements;
  if (excluded !== undefined) {
    const others = namesIn(excluded, partition).map(({ name }) => name);
    return [{ kind: "everyone", name: `everyone but ${others.toSorted().join(", ")}` }];
  }
  const named = namesIn(principal, partition);
  return named.length > 0 ? named : [{ kind: "unreadable", name: `Principal ${quote(principal)}` }];
}

function namesIn(element: unknown, partition: string): NamedPrincipal[] {
  if (element === "*") return [EVERYONE];
  if (!isRecord(element)) return [];
  return Object.entries(element).flatMap(([type, values]) =>
    asList(values).map((value): NamedPrincipal => {
      if (typeof value !== "string") return { kind: "unreadable", name: quote({ [type]: value }) };
      switch (type) {
        case "AWS":
          if (value === "*") return EVERYONE;
          return { kind: "aws", name: /^\d{12}$/.test(value) ? `arn:${partition}:iam::${value}:root` : value };
        case "Service":
          return { kind: "service", name: value };
        case "Federated":
          return { kind: "federated", name: value };
        default:
          return { kind: "unreadable", name: quote({ [type]: value }) };
      }
    }),
  );
}

/** Whether whoever `narrow` names is always named by `wide` as well. */
export function coversPrincipal(wide: NamedPrincipal, narrow: NamedPrincipal): boolean {
  if (wide.kind === narrow.kind && wide.name === narrow.name) return true;
  if (wide.name === "*") return narrow.kind !== "unreadable";
  if (wide.kind !== "aws" || narrow.kind !== "aws") return false;
  const outer = parseArn(wide.name);
  const inner = parseArn(narrow.name);
  if (!outer || inner?.account !== outer.account || inner.partition !== outer.partition) return false;
  if (outer.resource === "root") return true;
  const [kind, roleName] = inner.resource.split("/");
  return kind === "assumed-role" && outer.resource.startsWith("role/") && outer.resource.endsWith(`/${roleName}`);
}
