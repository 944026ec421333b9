import type { ConditionEntry } from "../condition-entries.ts";
import type { Rule } from "../rule.ts";

const MFA = "aws:multifactorauthpresent";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent */
export const mfaPattern: Rule = {
  id: "mfa-pattern",
  severity: "medium",
  why: "the condition looks as if it required MFA, and does not",
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

function flawInAllow({ operator, values }: ConditionEntry, all: readonly ConditionEntry[]): string | undefined {
  if (operator?.check === "presence") {
    const alone = !all.some(
      (other) => other.key === MFA && other.operator?.check === "values" && has(other.values, "true"),
    );
    if (has(values, "true")) return "lets in whoever has no MFA information, such as long-term keys";
    return alone && has(values, "false") ? "the key is there without MFA, too, with the value false" : undefined;
  }
  return has(values, "false") ? "lets in whoever has not used MFA" : undefined;
}

function flawInDeny({ operator, values }: ConditionEntry): string | undefined {
  if (operator?.check !== "values" || operator.ifExists || !has(values, "false")) return undefined;
  return "long-term keys do not have the key, and the Deny does not meet them";
}

function has(values: readonly string[], wanted: string): boolean {
  return values.some((value) => value.toLowerCase() === wanted);
}
