import { isUnresolved, matchesWildcard, parseArn } from "@agent-roles/iam";
import type { ExpectedRole } from "../../trust-model.ts";
import { isDemand } from "../conditions.ts";
import type { IndexedRole } from "../indexed-role.ts";
import type { RoleIndex } from "../role-index.ts";
import { inEnvironment, type Rule, type Violation } from "../rule.ts";
import { allowsAssuming } from "../statements.ts";
import { roleKey } from "../../access/callers.ts";

/** Seconds; what a role has that does not say. */
const DEFAULT_MAX_SESSION = 3600;

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const roleEnvMismatch: Rule = {
  id: "role-env-mismatch",
  severity: "error",
  why: "AWS_ROLE_N and the deployed roles differ: the profile does not work, or belongs to another role",
  fix: "generate the variables from the manifest: agent-roles env",
  *checkSet(index) {
    const seen = new Map<string, string>();
    for (const expected of index.context.expectedRoles ?? []) {
      const { profile, variable } = expected;
      const place = inEnvironment(expected);
      const before = seen.get(profile);
      if (before !== undefined) {
        yield {
          ...place,
          message: `${variable}: the profile ${profile} is already that of ${before}`,
          fix: "give each role its own profile",
        };
      }
      seen.set(profile, before ?? variable);
      for (const each of disagreements(expected, index)) {
        yield { ...place, ...each, message: `${variable}: ${each.message}` };
      }
    }
  },
};

function* disagreements(expected: ExpectedRole, index: RoleIndex): Iterable<Violation> {
  const { roleArn } = expected;
  const key = roleKey(roleArn);
  if (key === undefined || parseArn(roleArn)?.service !== "iam") {
    yield { message: `"${roleArn}" is not a role's ARN`, fix: "write arn:aws:iam::<account>:role/<path><name>" };
    return;
  }
  if (key === index.masterKey) {
    yield { message: `${roleArn} is the master role itself`, fix: "remove it: the agent is the master already" };
    return;
  }
  const role = index.byKey.get(key);
  if (role) yield* differences(expected, role);
  else if (index.roles.length > 0) yield* absence(key, index);
}

function* absence(key: string, index: RoleIndex): Iterable<Violation> {
  const [account = "", name = ""] = key.split("/");
  const there = index.byAccount.get(account);
  // A role whose name or account is not known offline could be the one.
  if (
    index.roles.some(
      ({ arn, role }) => (!arn || arn.account === account || isUnresolved(arn.account)) && isUnresolved(role.arn),
    )
  )
    return;
  const elsewhere = index.roles.find((role) => role.arn && role.name === name);
  const hint = elsewhere ? `write ${elsewhere.role.arn}` : "declare the role, or remove the variable";
  yield there
    ? { message: `account ${account} has no role ${name}`, fix: hint }
    : { message: `no role of account ${account} is declared`, fix: hint };
}

function* differences(
  { externalId, durationSeconds = 0, variable }: ExpectedRole,
  { role, trust }: IndexedRole,
): Iterable<Violation> {
  // A template can hold anything there.
  const longest: unknown = role.maxSessionDuration ?? DEFAULT_MAX_SESSION;
  if (typeof longest === "number" && durationSeconds > longest) {
    yield {
      message: `requests ${durationSeconds} seconds; the role allows at most ${longest}`,
      fix: `set MaxSessionDuration to ${durationSeconds}, or request less`,
    };
  }
  const wanted = trust
    .filter(allowsAssuming)
    .map(({ conditions }) =>
      conditions.filter((entry) => entry.key === "sts:externalid" && isDemand(entry)).flatMap(({ values }) => values),
    );
  // A statement without an external ID could be the one that lets the master in.
  if (wanted.some((values) => values.length === 0 || values.some(isUnresolved))) return;
  const passes = wanted.some(
    (values) => externalId !== undefined && values.some((value) => matchesWildcard(value, externalId)),
  );
  if (wanted.length === 0 || passes) return;
  yield {
    message:
      externalId === undefined
        ? "passes no external ID, and the role requires one"
        : "passes another external ID than the role requires",
    fix: `set ${variable}_EXTERNAL_ID to the external ID of the role's trust policy`,
  };
}
