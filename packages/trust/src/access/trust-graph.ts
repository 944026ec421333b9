import { lastSegment, parseArn } from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { type Grantee, ownAccounts } from "./callers.ts";
import { type TrustEdge, trustRelation } from "./trust-relation.ts";

/** Who can assume which role. */
export interface TrustGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  /** Unique; for a role its ARN. */
  readonly id: string;
  readonly kind: "master" | "target" | Grantee["kind"];
  /** For people: the role's name, `account 123456789012`. */
  readonly label: string;
  /** A second line: the profile of a target. */
  readonly detail?: string;
  /** The account of a role; roles are drawn as one cluster for each account. */
  readonly account?: string;
  /** Whether it is outside our own accounts. */
  readonly outside: boolean;
  /** Whether it has the finding `escalation-path`. */
  readonly escalates: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `outside`: someone else's principal gets in. `escalation`: a role other than the master assumes another. */
  readonly kind: "assume" | "outside" | "escalation";
  /** The conditions, in a few words. */
  readonly label: string;
}

/**
 * The graph of a set: every role, everyone who can assume one, and the edges between them.
 *
 * @param escalating ARNs of the roles with the finding `escalation-path`.
 */
export function trustGraph(
  roles: readonly TrustRole[],
  context: TrustContext = {},
  escalating: ReadonlySet<string> = new Set(),
): TrustGraph {
  const relation = trustRelation(roles, context);
  const open = new Set(
    relation.flatMap(({ from, to }) => (from.kind === "anyone" || from.kind === "organization" ? to : [])),
  );
  const own = ownAccounts(roles, context);
  const nodes = new Map<string, GraphNode>();
  for (const role of roles) nodes.set(role.arn, roleNode(role, context, escalating));
  const edges: GraphEdge[] = [];
  for (const edge of relation) {
    const { from, to } = edge;
    // Where anyone gets in, an edge from every other role would say nothing more.
    if (from.kind === "role" && from.name !== context.masterRoleArn && open.has(to)) continue;
    const node = from.kind === "role" ? nodes.get(from.name) : granteeNode(from, own, context);
    if (!node) continue;
    nodes.set(node.id, node);
    edges.push({ from: node.id, to, kind: edgeKind(node), label: labelOf(edge) });
  }
  return { nodes: [...nodes.values()], edges };
}

const SEPARATOR = " · ";

function roleNode({ arn }: TrustRole, context: TrustContext, escalating: ReadonlySet<string>): GraphNode {
  const expected = context.expectedRoles?.filter(({ roleArn }) => roleArn === arn) ?? [];
  const profiles = expected.map(({ profile }) => profile).join(", ");
  const isMaster = arn === context.masterRoleArn;
  const detail = [isMaster ? "master role" : profiles, escalating.has(arn) ? "privilege escalation" : ""]
    .filter((part) => part !== "")
    .join(SEPARATOR);
  return {
    id: arn,
    kind: isMaster ? "master" : expected.length > 0 ? "target" : "role",
    label: lastSegment(arn),
    ...(detail !== "" && { detail }),
    account: parseArn(arn)?.account ?? "",
    outside: false,
    escalates: escalating.has(arn),
  };
}

function granteeNode({ kind, name }: Grantee, own: ReadonlySet<string>, { organization }: TrustContext): GraphNode {
  const { account = "", resource = name } = parseArn(name) ?? {};
  const isOwn = own.has(name);
  const principal = [name, resource, !own.has(account), account] as const;
  const forms: Readonly<Record<typeof kind, readonly [id: string, label: string, outside: boolean, detail?: string]>> =
    {
      anyone: ["*", "anyone in the world", true],
      organization: [`organization ${name}`, `anyone in organization ${name}`, name !== organization],
      account: [
        `account ${name}`,
        `account ${name}`,
        !isOwn,
        isOwn ? "principals with permission" : "third-party account",
      ],
      role: principal,
      principal,
      service: [name, name, true, "AWS service"],
      federated: [name, resource, true, "identity provider"],
    };
  const [id, label, outside, detail = ""] = forms[kind];
  return { id, kind, label, ...(detail !== "" && { detail }), outside, escalates: false };
}

function edgeKind({ kind, outside }: GraphNode): GraphEdge["kind"] {
  if (outside) return "outside";
  return kind === "target" || kind === "role" ? "escalation" : "assume";
}

function labelOf({ from, constraints, decision }: TrustEdge): string {
  const words = constraints.flatMap((constraint) => constraintWords(constraint, from));
  return [...new Set([...(decision === "uncertain" ? ["uncertain"] : []), ...words])].join(SEPARATOR);
}

function constraintWords({ key, name, values }: TrustEdge["constraints"][number], from: Grantee): readonly string[] {
  const shown = values.length > 2 ? `${values.length} values` : values.join(", ");
  switch (key) {
    case "aws:principalarn":
      return [];
    case "sts:externalid":
      return ["external ID"];
    case "aws:principalorgid":
      return from.kind === "organization" ? [] : [`org ${shown}`];
    case "aws:multifactorauthpresent":
      return ["MFA"];
    default:
      // `token.actions.githubusercontent.com:sub` is long; its last part says enough.
      return [`${name.split(/[:/]/).at(-1) ?? name}: ${shown}`];
  }
}
