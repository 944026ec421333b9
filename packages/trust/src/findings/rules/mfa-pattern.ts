import type { Condition } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

const MFA = "aws:multifactorauthpresent";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent */
export const mfaPattern: Rule = {
  id: "mfa-pattern",
  severity: "medium",
  why: "the condition seems to require MFA, and does not",
  fix: 'allow with Bool {"aws:MultiFactorAuthPresent": "true"}, or deny with BoolIfExists {"aws:MultiFactorAuthPresent": "false"}',
  *checkStatement({ effect, conditions }) {
    for (const entry of conditions) {
      if (entry.key !== MFA) continue;
      const flaw = effect === "Allow" ? flawInAllow(entry, conditions) : flawInDeny(entry);
      if (flaw !== undefined)
        yield { message: `${entry.written} ${entry.name} "${entry.values.join('", "')}": ${flaw}` };
    }
  },
};

function flawInAllow({ operator, values }: Condition, all: readonly Condition[]): string | undefined {
  if (operator?.type === "presence") {
    const alone = !all.some(
      (other) => other.key === MFA && other.operator?.type !== "presence" && has(other.values, "true"),
    );
    if (has(values, "true")) return "lets in callers without MFA information, such as long-term keys";
    return alone && has(values, "false") ? "the key is also there without MFA, with the value false" : undefined;
  }
  return has(values, "false") ? "lets in callers that have not used MFA" : undefined;
}

function flawInDeny({ operator, ifExists, values }: Condition): string | undefined {
  if (!operator || operator.type === "presence" || ifExists || !has(values, "false")) return undefined;
  return "long-term keys do not have the key, so the Deny does not apply to them";
}

function has(values: readonly string[], wanted: string): boolean {
  return values.some((value) => value.toLowerCase() === wanted);
}
