import type { AssumeRoleAnswer, AssumeRoleRequest, Decision, PolicyKind, Reason } from "@agent-roles/trust";
import pc from "picocolors";

type Colors = ReturnType<typeof pc.createColors>;

/** The decision, then every step that led to it in the order in which AWS takes them, for people. */
export function answerText(
  question: AssumeRoleRequest,
  { decision, reasons }: AssumeRoleAnswer,
  color: boolean,
): string {
  const colors = pc.createColors(color);
  const { caller, role } = question;
  const name =
    "arn" in caller ? (caller.principalArn ?? caller.arn) : "federated" in caller ? caller.federated : caller.service;
  const actions = [...new Set(ACTIONS.filter((action) => reasons.some((each) => each.action === action)))];
  const others = [...new Set(reasons.map(({ action }) => action))].filter((action) => !actions.includes(action));
  return [
    `${paint(decision, colors)(decision.toUpperCase())}  ${name}\n${" ".repeat(decision.length)}  ${SAYS[decision]} ${role.arn}`,
    ...[...actions, ...others].map((action) => actionText(action, question, reasons, colors)),
  ].join("\n\n");
}

const SAYS: Readonly<Record<Decision, string>> = {
  allowed: "may assume",
  denied: "may not assume",
  uncertain: "may or may not assume",
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
  /** What the step asks, for somebody who does not know IAM from within. */
  readonly asks: string;
  /** Why it says nothing, where it does not. */
  readonly silent: (question: AssumeRoleRequest) => string;
}

const STEPS: readonly Step[] = [
  { policy: "request", asks: "Is the call itself in order?", silent: () => "nothing speaks against it" },
  {
    policy: "service control policy",
    asks: "Does the caller's organization let it call this? (service control policies)",
    silent: ({ caller }) => ("arn" in caller && caller.scps ? "they allow it" : "none are known"),
  },
  {
    policy: "resource control policy",
    asks: "Does the role's organization let it be called? (resource control policies)",
    silent: ({ role }) => (role.rcps ? "none of them denies it" : "none are known"),
  },
  {
    policy: "trust policy",
    asks: "Does the role let this caller in? (trust policy of the role)",
    silent: () => "it says nothing about it",
  },
  {
    policy: "identity policy",
    asks: "May the caller make this call? (identity policies of the caller)",
    silent: ({ caller }) => {
      if (!("arn" in caller)) return "not needed: such a caller has none";
      return caller.identityPolicies ? "not needed here, and none of them denies it" : "they are not known";
    },
  },
  {
    policy: "permissions boundary",
    asks: "Is it within the caller's permissions boundary?",
    silent: ({ caller }) =>
      "arn" in caller && caller.permissionsBoundary ? "it does not stand in the way" : "there is none",
  },
  {
    policy: "session policy",
    asks: "Is it within the policies of the caller's session?",
    silent: ({ caller }) =>
      "arn" in caller && caller.sessionPolicies ? "they do not stand in the way" : "there are none",
  },
];

function actionText(action: string, question: AssumeRoleRequest, reasons: readonly Reason[], colors: Colors): string {
  const own = reasons.filter((each) => each.action === action);
  const purpose = PURPOSES[action];
  const steps = STEPS.filter(({ policy }) => policy !== "request" || own.some((each) => each.policy === policy));
  return [
    colors.bold(action) + (purpose === undefined ? "" : `, ${purpose}`),
    ...steps.map((step, index) => stepText(step, index + 1, question, own, colors)),
  ].join("\n");
}

function stepText(
  { policy, asks, silent }: Step,
  number: number,
  question: AssumeRoleRequest,
  reasons: readonly Reason[],
  colors: Colors,
): string {
  const told = reasons.filter((each) => each.policy === policy);
  const lines = told.map(({ effect, message }) => `     ${paint(effect, colors)(MARKS[effect])} ${message}`);
  const nothing = colors.dim(`     - ${silent(question)}`);
  return [`  ${number}. ${asks}`, ...(lines.length > 0 ? lines : [nothing])].join("\n");
}

const MARKS: Readonly<Record<Decision, string>> = { allowed: "✓", denied: "✗", uncertain: "?" };

function paint(decision: Decision, colors: Colors): (text: string) => string {
  switch (decision) {
    case "allowed":
      return colors.green;
    case "denied":
      return colors.red;
    case "uncertain":
      return colors.yellow;
  }
}
