import { type AssumeRoleAnswer, type AssumeRoleRequest, evaluateAssumeRole } from "@agent-roles/trust";
import type { IndependentAnswer, IndependentEvaluator } from "./independent-evaluator.ts";

/** Why two answers differ; each is explained in docs/decisions/compared-evaluators.md. */
export const differenceClasses = [
  "uncertain-limits-of-a-user",
  "uncertain-variable-without-value",
  "uncertain-otherwise",
  "they-refuse-the-request",
  "they-leave-out-keys",
  "variables-in-version-2008",
  "a-session-named-by-the-trust",
  "unexplained",
] as const;
export type DifferenceClass = (typeof differenceClasses)[number];

/** Finds the class of a difference by taking its cause away: when both then agree, that was it. */
export async function explainDifference(
  request: AssumeRoleRequest,
  ours: AssumeRoleAnswer,
  theirs: IndependentAnswer,
  askOther: IndependentEvaluator,
): Promise<DifferenceClass> {
  if (theirs.decision === "refused") return "they-refuse-the-request";
  if (ours.decision === "uncertain") return explainUncertain(ours);
  const agree = async (changed: AssumeRoleRequest, allKeys: boolean): Promise<boolean> => {
    const { decision } = evaluateAssumeRole(changed);
    // Where what is changed leads into a class of its own, it was the cause as well.
    return decision === "uncertain" || decision === (await askOther(changed, { allKeys })).decision;
  };
  const current = withoutOldVersions(request);
  const uncapped = withoutLimits(request);
  const named = JSON.stringify(request.role.trustPolicy).includes(":assumed-role/");
  const causes: readonly [DifferenceClass, () => Promise<boolean>][] = [
    ["variables-in-version-2008", () => agree(current, false)],
    ["they-leave-out-keys", () => agree(request, true)],
    ["a-session-named-by-the-trust", async () => named && (await agree(uncapped, false))],
    // Several at once count as the first of them.
    ["variables-in-version-2008", () => agree(current, true)],
    ["a-session-named-by-the-trust", async () => named && (await agree(withoutLimits(current), true))],
  ];
  for (const [name, isCause] of causes) if (await isCause()) return name;
  return "unexplained";
}

function explainUncertain({ reasons }: AssumeRoleAnswer): DifferenceClass {
  const why = reasons.filter(({ effect }) => effect === "uncertain").map(({ message }) => message);
  if (why.some((message) => message.includes("AWS's pages disagree whether this limits"))) {
    return "uncertain-limits-of-a-user";
  }
  return why.some((message) => message.includes("has no value"))
    ? "uncertain-variable-without-value"
    : "uncertain-otherwise";
}

function withoutOldVersions(request: AssumeRoleRequest): AssumeRoleRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a text in it is another, no more
  return JSON.parse(JSON.stringify(request).replaceAll("2008-10-17", "2012-10-17")) as AssumeRoleRequest;
}

function withoutLimits(request: AssumeRoleRequest): AssumeRoleRequest {
  if (!("arn" in request.caller)) return request;
  const { sessionPolicies: _, permissionsBoundary: __, ...caller } = request.caller;
  return { ...request, caller };
}
