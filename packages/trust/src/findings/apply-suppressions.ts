import { matchesWildcard } from "@agent-roles/iam";
import { EXPECTATION_ID } from "../access/expectation.ts";
import type { Finding, Suppression } from "../trust-model.ts";
import { rules } from "./rules.ts";

/** What is left of the findings, and what became of the suppressions. */
export interface Suppressed {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly { readonly finding: Finding; readonly reason: string }[];
  /** Those that silence nothing: what they accepted is gone, or the role is another. */
  readonly unused: readonly Suppression[];
  /** Those that can never silence anything, each with the reason; they are in `unused`, too. */
  readonly unknown: readonly (Suppression & { readonly why: string })[];
}

/** All that is reported as a finding: what the rules find, and expectations that do not hold. */
const IDS: ReadonlySet<string> = new Set([...rules.map(({ id }) => id), EXPECTATION_ID]);
/** How a template that CloudFormation would reject is reported; nothing can be said about its roles. */
const TEMPLATE_ID = "template";

/** Removes the findings that are accepted with a reason; the first suppression that fits gives it. */
export function applySuppressions(findings: readonly Finding[], suppressions: readonly Suppression[]): Suppressed {
  const used = new Set<Suppression>();
  const left: Finding[] = [];
  const suppressed: { finding: Finding; reason: string }[] = [];
  for (const finding of findings) {
    const fitting = suppressions.filter((each) => fits(each, finding));
    for (const each of fitting) used.add(each);
    const [first] = fitting;
    if (first) suppressed.push({ finding, reason: first.reason });
    else left.push(finding);
  }
  return {
    findings: left,
    suppressed,
    unused: suppressions.filter((each) => !used.has(each)),
    unknown: suppressions.flatMap((each) => (IDS.has(each.id) ? [] : [{ ...each, why: whyUnknown(each.id) }])),
  };
}

function whyUnknown(id: string): string {
  if (id === TEMPLATE_ID)
    return "CloudFormation rejects the template, and no suppression changes that: correct the template";
  return `no finding has the ID ${id}`;
}

/** A suppression without a reason silences nothing. */
function fits({ id, role = "*", message = "", reason }: Suppression, finding: Finding): boolean {
  return (
    id === finding.id &&
    reason.trim() !== "" &&
    matchesWildcard(role, finding.role) &&
    finding.message.includes(message)
  );
}
