import { sample, withoutPlaceholder } from "../example-texts.ts";
import { acceptsToken, demandsClaim, GITHUB, oidcProviders, subjects } from "../oidc.ts";
import type { Rule } from "../rule.ts";

const PULL_REQUEST = /^[^:]+:[^:]+:pull_request$/;

/** What pins a job to more than its owner or repository. */
const PINS_JOB = ["ref", "environment", "job_workflow_ref"];
const OWNERS = ["repository", "repository_id", "repository_owner", "repository_owner_id"];

/** @see https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
export const oidcPullRequestSubject: Rule = {
  id: "oidc-pull-request-subject",
  severity: "high",
  why: "the author of a pull request decides what the job runs",
  fix: "name a branch or an environment: repo:OWNER@ID/REPO@ID:environment:production",
  *checkStatementOf(statement, role) {
    for (const provider of oidcProviders(statement)) {
      const { issuer } = provider;
      if (issuer !== GITHUB || demandsClaim(statement, issuer, PINS_JOB)) continue;
      const passes = (sub: string): boolean => acceptsToken(role, statement, provider, { ...OF_PULL_REQUEST, sub });
      for (const { value, wildcards } of subjects(statement, issuer)) {
        // Whatever an unknown repository or owner is called, what comes after it decides.
        const subject = withoutPlaceholder(value);
        if (PULL_REQUEST.test(subject) && passes(sample(subject))) {
          yield { message: `subject "${value}" is the subject of the jobs of pull requests` };
        } else if (
          wildcards &&
          reachesPullRequests(subject) &&
          passes(sample(subject.replace(/\*+$/, subject.endsWith(":*") ? "pull_request" : "x:pull_request")))
        ) {
          yield { message: `subject "${value}" also matches …:pull_request, the subject of the jobs of pull requests` };
        }
      }
      const owner = OWNERS.find((claim) => demandsClaim(statement, issuer, [claim]));
      if (owner === undefined || demandsClaim(statement, issuer, ["sub"]) || !passes("repo:any/any:pull_request"))
        continue;
      yield { message: `${owner} alone admits every job, also those of pull requests` };
    }
  },
};

const OF_PULL_REQUEST = { event_name: "pull_request", ref: "refs/pull/1/merge", environment: undefined };

/** Whether the wildcard at the end can match the part that says `pull_request`. */
function reachesPullRequests(subject: string): boolean {
  if (!subject.endsWith("*")) return false;
  const start = subject.replace(/\*+$/, "");
  return PULL_REQUEST.test(start.endsWith(":") ? `${start}pull_request` : `${start}x:pull_request`);
}
