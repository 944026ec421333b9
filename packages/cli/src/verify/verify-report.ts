import pc from "picocolors";
import { xmlText } from "../check-formats/xml-text.ts";
import { profileJson } from "../profile-json.ts";
import { withoutSubject } from "../profile-table.ts";
import type { Verified } from "./verify-roles.ts";

/** The shape of `list --json`, with `ok`, and in `failure` the hop and the statements that would repair it. */
export function verifyJson(results: readonly Verified[]): string {
  const rows = results.map(({ status, failure }) => ({
    ...profileJson(status),
    ok: !failure,
    ...(failure && { failure }),
  }));
  return JSON.stringify(rows, null, 2);
}

/** One line a profile; below a failure its fix, and the statements to paste. */
export function verifyText(results: readonly Verified[], color: boolean): string {
  const paint = pc.createColors(color);
  const width = Math.max(...results.map(({ status }) => status.profile.length));
  return results
    .map(({ status: { profile, roleArn }, failure }) => {
      const name = profile.padEnd(width);
      if (!failure) return paint.green(`ok      ${name}  ${roleArn}`);
      const message = withoutSubject(failure.message, profile);
      return `${paint.red(`failed  ${name}  ${failure.code}: ${message}`)}\n${indent(details(failure))}`;
    })
    .join("\n");
}

/** JUnit XML: one case a profile. */
export function verifyJunit(results: readonly Verified[]): string {
  const failures = results.filter(({ failure }) => failure).length;
  const counts = ` tests="${results.length}" failures="${failures}" errors="0" skipped="0" time="0"`;
  const cases = results.map(({ status: { profile, roleArn }, failure }) => {
    const attributes = `name="${xmlText(profile)}" classname="${xmlText(roleArn)}" time="0"`;
    if (!failure) return `    <testcase ${attributes}/>`;
    const { code, message } = failure;
    const body = `<failure type="${xmlText(code)}" message="${xmlText(message)}">${xmlText(details(failure))}</failure>`;
    return `    <testcase ${attributes}>${body}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="agent-roles verify"${counts}>`,
    `  <testsuite name="profiles"${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

const WHICH_SIDE =
  "AWS does not say which side refuses the call, or whether the role exists. If it does not, deploy it (if deploy prints unchanged, destroy its account first). If it does, both must allow the call:";

function details({ hop, fix, repair }: NonNullable<Verified["failure"]>): string {
  const sides = repair.map(({ policy, statements }) => {
    const what = statements.length === 1 ? "this statement" : "these statements";
    return `add ${what} to ${policy}:\n${indent(statements.map((each) => JSON.stringify(each)).join(",\n"))}`;
  });
  const steps = sides.length > 1 ? [WHICH_SIDE] : [];
  return [`failed at: the ${hop} role`, `fix: ${fix}`, ...steps, ...sides].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
