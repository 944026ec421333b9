import type { TrustContext, TrustRole } from "@agent-roles/trust";
import { type Grantee, readGrantees } from "./grantees.ts";

/** Who may become whom. */
export interface TrustGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  /** Unique; for a role its ARN. */
  readonly id: string;
  readonly kind: "master" | "target" | "role" | Grantee["kind"];
  /** For people: the role's name, `account 123456789012`. */
  readonly label: string;
  /** A second line: the profile of a target. */
  readonly detail?: string;
  /** The account it stands in; those of roles are drawn as clusters. */
  readonly account?: string;
  /** Whether it stands outside the accounts of one's own. */
  readonly outside: boolean;
  /** Whether it can make itself stronger than it is (the finding `escalation-path`). */
  readonly escalates: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `outside`: somebody else's principal gets in. `escalation`: a role that is not the master becomes another. */
  readonly kind: "assume" | "outside" | "escalation";
  /** The conditions, in a few words. */
  readonly label: string;
}

/** What the graph needs beside the roles. */
export interface TrustGraphOptions {
  readonly context: TrustContext;
  /** Which role of the set may become which, as all their policies together decide. */
  readonly becomes: readonly { readonly from: string; readonly to: string }[];
  /** ARNs of roles with the finding `escalation-path`. */
  readonly escalating: ReadonlySet<string>;
}

/** Draws up the graph: every role of the set, everybody whom their trust policies name, and who becomes whom. */
export function trustGraph(roles: readonly TrustRole[], options: TrustGraphOptions): TrustGraph {
  const { context, becomes, escalating } = options;
  const known = new Set(roles.map(({ arn }) => arn));
  const own = new Set([...(context.accounts ?? []), ...roles.map(({ arn }) => accountOf(arn))]);
  const nodes = new Map<string, GraphNode>();
  for (const role of roles) nodes.set(role.arn, roleNode(role, context, escalating));
  const edges = new Map<string, GraphEdge>();
  const connect = (from: GraphNode, to: string, conditions: readonly string[]): void => {
    const earlier = edges.get(`${from.id} ${to}`)?.label;
    const words = new Set([...(earlier ? earlier.split(SEPARATOR) : []), ...conditions]);
    edges.set(`${from.id} ${to}`, { from: from.id, to, kind: edgeKind(from), label: [...words].join(SEPARATOR) });
  };

  for (const role of roles) {
    const grantees = readGrantees(role.trustPolicy);
    for (const grantee of grantees) {
      // What a role of the set gets is decided by its own policies, too: see below.
      if (known.has(grantee.name)) continue;
      const node = granteeNode(grantee, own);
      nodes.set(node.id, node);
      connect(node, role.arn, grantee.conditions);
    }
    const named = grantees.filter(({ kind }) => kind !== "anyone");
    for (const { from } of becomes.filter(({ to }) => to === role.arn)) {
      const node = nodes.get(from);
      // Where anyone gets in, an edge from every other role would tell nothing.
      if (node && (from === context.masterRoleArn || named.some((each) => isAbout(each, from))))
        connect(
          node,
          role.arn,
          grantees.filter((each) => isAbout(each, from)).flatMap((each) => each.conditions),
        );
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

const SEPARATOR = " · ";

function roleNode({ arn }: TrustRole, context: TrustContext, escalating: ReadonlySet<string>): GraphNode {
  const expected = context.expectedRoles?.filter(({ roleArn }) => roleArn === arn) ?? [];
  const profiles = expected.map(({ profile }) => profile).join(", ");
  const isMaster = arn === context.masterRoleArn;
  const detail = [isMaster ? "master role" : profiles, escalating.has(arn) ? "can make itself stronger" : ""]
    .filter((part) => part !== "")
    .join(SEPARATOR);
  return {
    id: arn,
    kind: isMaster ? "master" : expected.length > 0 ? "target" : "role",
    label: arn.slice(arn.lastIndexOf("/") + 1),
    ...(detail !== "" && { detail }),
    account: accountOf(arn),
    outside: false,
    escalates: escalating.has(arn),
  };
}

function granteeNode({ kind, name }: Grantee, own: ReadonlySet<string>): GraphNode {
  switch (kind) {
    case "anyone":
      return { id: "*", kind, label: "anyone in the world", outside: true, escalates: false };
    case "account": {
      const outside = !own.has(name);
      const detail = outside ? "another's account" : "whoever its policies allow";
      return { id: `account ${name}`, kind, label: `account ${name}`, detail, outside, escalates: false };
    }
    case "principal": {
      const account = accountOf(name);
      const label = name.slice(name.lastIndexOf(":") + 1);
      return {
        id: name,
        kind,
        label,
        ...(account !== "" && { detail: account }),
        outside: !own.has(account),
        escalates: false,
      };
    }
    case "service":
      return { id: name, kind, label: name, detail: "AWS service", outside: true, escalates: false };
    case "federated": {
      const label = name.replace(/^arn:[^:]+:iam::[^:]+:/, "");
      return { id: name, kind, label, detail: "identity provider", outside: true, escalates: false };
    }
  }
}

function edgeKind({ kind, outside }: GraphNode): GraphEdge["kind"] {
  if (outside) return "outside";
  return kind === "target" || kind === "role" ? "escalation" : "assume";
}

function isAbout({ kind, name }: Grantee, arn: string): boolean {
  if (kind === "anyone" || name === arn) return true;
  if (kind === "account") return accountOf(arn) === name;
  return kind === "principal" && /[*?]/.test(name);
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
