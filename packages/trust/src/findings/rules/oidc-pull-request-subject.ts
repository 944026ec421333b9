import { demandsClaim, GITHUB, oidcProviders, subjects } from "../oidc.ts";
import type { Rule } from "../rule.ts";

const PULL_REQUEST = /^[^:]+:[^:]+:pull_request$/;

/** @see https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
export const oidcPullRequestSubject: Rule = {
  id: "oidc-pull-request-subject",
  severity: "high",
  why: "whoever opens a pull request decides what the job runs",
  fix: "name a branch or an environment: repo:OWNER/REPO:environment:production",
  *checkStatement(statement) {
    for (const provider of oidcProviders(statement)) {
      if (provider !== GITHUB || demandsClaim(statement, provider, ["ref", "environment", "job_workflow_ref"]))
        continue;
      for (const { value, wildcards } of subjects(statement, provider)) {
        if (PULL_REQUEST.test(value)) yield { message: `subject "${value}" is what the jobs of pull requests get` };
        else if (wildcards && reachesPullRequests(value)) {
          yield { message: `subject "${value}" also matches …:pull_request, which the jobs of pull requests get` };
        }
      }
    }
  },
};

/** Whether the wildcard at the end can stand for the part that says `pull_request`. */
function reachesPullRequests(subject: string): boolean {
  if (!subject.endsWith("*")) return false;
  const start = subject.replace(/\*+$/, "");
  return PULL_REQUEST.test(start.endsWith(":") ? `${start}pull_request` : `${start}x:pull_request`);
}
