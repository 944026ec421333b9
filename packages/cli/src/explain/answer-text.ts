import type { AssumeRoleAnswer, AssumeRoleRequest, Decision, PolicyKind, Reason } from "@agent-roles/trust";
import pc from "picocolors";
import type { Colors } from "../check-formats/changes.ts";

/** The decision, then every step that led to it in the order in which AWS takes them, for people. */
export function answerText(
  request: AssumeRoleRequest,
  { decision, reasons }: AssumeRoleAnswer,
  color: boolean,
): string {
  const colors = pc.createColors(color);
  const { caller, role } = request;
  const name =
    "arn" in caller ? (caller.principalArn ?? caller.arn) : "federated" in caller ? caller.federated : caller.service;
  const actions = [...new Set(ACTIONS.filter((action) => reasons.some((each) => each.action === action)))];
  const others = [...new Set(reasons.map(({ action }) => action))].filter((action) => !actions.includes(action));
  return [
    `${colors[COLORS[decision]](decision.toUpperCase())}  ${name}\n${" ".repeat(decision.length)}  ${VERBS[decision]} ${role.arn}`,
    ...[...actions, ...others].map((action) => actionText(action, request, reasons, colors)),
  ].join("\n\n");
}

const VERBS: Readonly<Record<Decision, string>> = {
  allowed: "can assume",
  denied: "cannot assume",
  uncertain: "might be able to assume",
};

/** One call is up to three actions, in this order. */
const ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithWebIdentity",
  "sts:AssumeRoleWithSAML",
  "sts:TagSession",
  "sts:SetSourceIdentity",
];

const PURPOSES: Readonly<Record<string, string>> = {
  "sts:TagSession": "because the call passes session tags",
  "sts:SetSourceIdentity": "because the call passes a source identity",
};

interface Step {
  readonly policy: PolicyKind | "request";
  /** What the step decides, for someone who does not know IAM's internals. */
  readonly title: string;
  /** What to print where it has no reason. */
  readonly silent: (request: AssumeRoleRequest) => string;
}

const STEPS: readonly Step[] = [
  { policy: "request", title: "Is the call itself valid?", silent: () => "yes" },
  {
    policy: "service control policy",
    title: "Does the caller's organization allow the call? (service control policies)",
    silent: ({ caller }) => ("arn" in caller && caller.scps ? "they allow it" : "none given"),
  },
  {
    policy: "resource control policy",
    title: "Does the role's organization allow the call? (resource control policies)",
    silent: ({ role }) => (role.rcps ? "none of them denies it" : "none given"),
  },
  {
    policy: "trust policy",
    title: "Does the role trust the caller? (trust policy of the role)",
    silent: () => "no statement applies",
  },
  {
    policy: "identity policy",
    title: "Is the caller allowed to make the call? (identity policies of the caller)",
    silent: ({ caller }) => {
      if (!("arn" in caller)) return "not needed: this kind of caller has none";
      return caller.identityPolicies ? "not needed, and none of them denies it" : "unknown";
    },
  },
  {
    policy: "permissions boundary",
    title: "Does the caller's permissions boundary allow it?",
    silent: ({ caller }) => ("arn" in caller && caller.permissionsBoundary ? "it does not deny it" : "none"),
  },
  {
    policy: "session policy",
    title: "Do the policies of the caller's session allow it?",
    silent: ({ caller }) => ("arn" in caller && caller.sessionPolicies ? "they do not deny it" : "none"),
  },
];

function actionText(action: string, request: AssumeRoleRequest, reasons: readonly Reason[], colors: Colors): string {
  const own = reasons.filter((each) => each.action === action);
  const purpose = PURPOSES[action];
  const steps = STEPS.filter(({ policy }) => policy !== "request" || own.some((each) => each.policy === policy));
  return [
    colors.bold(action) + (purpose === undefined ? "" : `, ${purpose}`),
    ...steps.map((step, index) => stepText(step, index + 1, request, own, colors)),
  ].join("\n");
}

function stepText(
  { policy, title, silent }: Step,
  number: number,
  request: AssumeRoleRequest,
  reasons: readonly Reason[],
  colors: Colors,
): string {
  const own = reasons.filter((each) => each.policy === policy);
  const lines = own.map(({ effect, message }) => `     ${colors[COLORS[effect]](MARKS[effect])} ${message}`);
  const nothing = colors.dim(`     - ${silent(request)}`);
  return [`  ${number}. ${title}`, ...(lines.length > 0 ? lines : [nothing])].join("\n");
}

const MARKS: Readonly<Record<Decision, string>> = { allowed: "✓", denied: "✗", uncertain: "?" };
const COLORS = { allowed: "green", denied: "red", uncertain: "yellow" } as const;
