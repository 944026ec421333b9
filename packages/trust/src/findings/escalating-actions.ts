import {
  coversAction,
  evaluate,
  groupBy,
  matchesWildcard,
  parseArn,
  type Policy,
  readPolicy,
  type Statement,
} from "@agent-roles/iam";
import { knownPolicies } from "../access/managed-policies.ts";
import { overApproximate } from "../access/over-approximate.ts";
import { ESCALATION_PATHS, type EscalationPath } from "./escalation-paths.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { resourcesOf } from "./statements.ts";

/** An escalation path that a role has. */
export interface FoundPath extends EscalationPath {
  /** `iam:PassRole with lambda:CreateFunction`. */
  readonly text: string;
}

const PASS_ROLE = "iam:PassRole";

/**
 * The published escalation paths that a role's policies allow, as the evaluator decides it: its boundary, its Deny statements and
 * its conditions count. A condition on a key that only some requests have, such as `iam:PermissionsBoundary` or a tag,
 * delegates in AWS's own way and is not counted.
 *
 * @param isStronger whether a role, by its ARN, can do more than this one: passing a named role that cannot is no escalation.
 */
export function escalationPathsOf(role: IndexedRole, isStronger: (roleArn: string) => boolean): readonly FoundPath[] {
  const policies = knownPolicies(role.role).policies.map((policy) => readPolicy(policy, "identity policy"));
  // Most roles have none of the actions.
  if (!policies.some(({ statements }) => statements.some((each) => knownActions(each).length > 0))) return [];
  const can = permissionsOf(role, policies);
  const isWorthPassing = (resource: string): boolean => /[*?]/.test(resource) || isStronger(resource);
  return ESCALATION_PATHS.flatMap((path) => {
    const { actions, passedTo, existing } = path;
    if (!actions.every((action) => can(action, existing ? isUnlimited : undefined))) return [];
    if (passedTo === undefined) return { ...path, text: actions.join(" with ") };
    if (!can(PASS_ROLE, isWorthPassing, { "iam:PassedToService": passedTo })) return [];
    return { ...path, text: [PASS_ROLE, ...actions].join(" with ") };
  });
}

/** Whether a resource pattern has no name of its own: `*`, `arn:aws:lambda:*:*:function:*`. */
function isUnlimited(pattern: string): boolean {
  const resource = parseArn(pattern)?.resource ?? pattern.slice(pattern.lastIndexOf(":") + 1);
  return /^(?:[\w-]+[:/])?\*(?:[:/]\*)*$/.test(resource);
}

type Can = (
  action: string,
  isCounted?: (resource: string) => boolean,
  context?: Readonly<Record<string, string>>,
) => boolean;

/** Whether the role is allowed an action on some resource that one of its Allow statements names. */
function permissionsOf({ role, arn }: IndexedRole, known: readonly Policy[]): Can {
  const { permissionsBoundary, tags = {} } = role;
  const identity = known.map((policy) => overApproximate(policy, () => false));
  const statements = identity.flatMap((policy) => policy.statements);
  const allowing = new Map<string, Statement[]>();
  for (const statement of statements.filter(
    ({ effect, unreadable }) => effect === "Allow" && unreadable === undefined,
  )) {
    for (const action of knownActions(statement)) allowing.set(action, [...(allowing.get(action) ?? []), statement]);
  }
  const policies = { identityPolicies: identity, ...(permissionsBoundary !== undefined && { permissionsBoundary }) };
  const isLimited = permissionsBoundary !== undefined || statements.some(({ effect }) => effect !== "Allow");
  const caller = { arn: role.arn, principalArn: role.arn, tags };
  return (action, isCounted = () => true, context = {}) =>
    (allowing.get(action) ?? []).some((statement) =>
      resourcesOf(statement).some((pattern) => {
        if (!isCounted(pattern)) return false;
        // Nothing is left to decide, for most roles.
        if (!isLimited && statement.conditions.length === 0) return true;
        const resource = pattern.replaceAll(/[*?]/g, "x");
        const request = { caller, action, resource, resourceAccount: arn?.account ?? "", context };
        return evaluate(request, policies).decision !== "denied";
      }),
    );
}

const ACTIONS = [...new Set([PASS_ROLE, ...ESCALATION_PATHS.flatMap(({ actions }) => actions)])];
const ACTIONS_OF_SERVICE = groupBy(ACTIONS, serviceOf);

/** The actions of the paths that a statement covers. Compares with those of a pattern's service only: roles are many. */
function knownActions(statement: Statement): readonly string[] {
  const { action } = statement;
  if (!action || action.negated) return ACTIONS.filter((each) => coversAction(statement, each) === "yes");
  return action.values.flatMap((value) => {
    const pattern = value.toLowerCase();
    const service = serviceOf(pattern);
    const candidates = /[*?]/.test(service) ? ACTIONS : (ACTIONS_OF_SERVICE.get(service) ?? []);
    return candidates.filter((each) => matchesWildcard(pattern, each.toLowerCase()));
  });
}

function serviceOf(action: string): string {
  return (action.split(":", 1)[0] ?? "").toLowerCase();
}
