import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules, runRules, type TrustContext, type TrustRole } from "../index.ts";
import { mergePatch } from "../merge-patch.test-helper.ts";

/** One set of roles and what the rule that the file is named for reports about it. */
interface Case {
  readonly name: string;
  /** `near-miss`: close to what the rule is about, and right. */
  readonly kind: "positive" | "negative" | "near-miss";
  /** What is left out of a role is empty. */
  readonly roles: readonly Partial<TrustRole>[];
  readonly context?: TrustContext;
  /** Findings of this rule, all of them. */
  readonly expect: readonly {
    readonly statement?: string | number;
    readonly role?: string;
    readonly severity?: string;
    /** Part of the message. */
    readonly message?: string;
    readonly fix?: string;
  }[];
}

/**
 * A case in its file: `roles`; or `statements`, the trust policy of one role; or `change`, a JSON merge patch of the file's
 * `base`, its one statement. `role` has the role's other properties.
 */
type WrittenCase = Omit<Case, "roles"> & {
  readonly roles?: Case["roles"];
  readonly statements?: readonly unknown[];
  readonly change?: object;
  readonly role?: Partial<TrustRole>;
};

const CASES = join(import.meta.dirname, "cases");
const RULES = join(import.meta.dirname, "rules");
const files = readdirSync(CASES).filter((file) => file.endsWith(".json"));

function readCases(file: string): readonly Case[] {
  const { base, cases }: { base?: object; cases: readonly WrittenCase[] } = JSON.parse(
    readFileSync(join(CASES, file), "utf8"),
  );
  return cases.map(({ roles, statements, change, role, ...each }) => {
    const list = statements ?? [mergePatch(base, change)];
    return { ...each, roles: roles ?? [{ trustPolicy: { Version: "2012-10-17", Statement: list }, ...role }] };
  });
}

function whole(role: Partial<TrustRole>): TrustRole {
  return {
    arn: "arn:aws:iam::123456789013:role/MySecondRole",
    trustPolicy: { Version: "2012-10-17", Statement: [] },
    identityPolicies: [],
    managedPolicyArns: [],
    location: { file: "template.json" },
    unknowns: [],
    ...role,
  };
}

describe.each(files)("%s", (file) => {
  const id = file.slice(0, -".json".length);

  it.each(readCases(file).map((each) => [each.name, each] as const))("%s", (_name, each) => {
    const found = runRules(each.roles.map(whole), each.context).filter((finding) => finding.id === id);
    expect(found).toEqual(
      each.expect.map(({ message = "", ...rest }) =>
        expect.objectContaining({ id, ...rest, message: expect.stringContaining(message) }),
      ),
    );
    for (const { message, fix } of found) expect([message, fix]).not.toContain("");
  });

  it("finds what is wrong and passes what is right, also where it nearly is not", () => {
    const cases = readCases(file);
    const kinds = cases.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["positive", "negative", "near-miss"]));
    for (const each of cases)
      expect([each.name, each.expect.length > 0]).toEqual([each.name, each.kind === "positive"]);
  });
});

/** What the trust check promises to report. */
const PROMISED = [
  "wildcard-principal",
  "wildcard-principal-weak-condition",
  "not-principal",
  "not-action",
  "wildcard-action",
  "invalid-element",
  "action-principal-mismatch",
  "wildcard-in-principal-arn",
  "orphaned-principal-id",
  "account-principal-unscoped",
  "unknown-account",
  "third-party-without-external-id",
  "external-id-weak",
  "for-all-values-allow",
  "if-exists-on-required-key",
  "negated-only-condition",
  "mfa-pattern",
  "mfa-for-machine",
  "session-arn-in-principal-arn",
  "wildcard-without-like",
  "unpopulated-key",
  "never-matches",
  "single-valued-set-operator",
  "multivalued-without-set-operator",
  "missing-tag-session",
  "missing-set-source-identity",
  "transitive-tag-shadows-resource-tag",
  "caller-chosen-attribute",
  "attribution-not-required",
  "session-name-free",
  "service-without-source",
  "oidc-without-audience",
  "oidc-without-subject",
  "oidc-subject-wildcard",
  "oidc-subject-without-owner",
  "oidc-github-mutable-subject",
  "oidc-pull-request-subject",
  "cognito-guests",
  "pod-identity-unscoped",
  "roles-anywhere-actions",
  "redundant-principal",
  "policy-size",
  "master-permission-star",
  "one-sided-trust",
  "chained-duration",
  "role-path-mismatch",
  "assume-cycle",
  "self-assume",
  "escalation-path",
  "partition-mismatch",
  "role-env-mismatch",
  "unknown-value",
];

describe("the rules", () => {
  it("are those that are promised, each in the file of its name and with cases", () => {
    expect(rules.map(({ id }) => id)).toEqual(PROMISED);
    const lacking = PROMISED.filter(
      (id) => !existsSync(join(RULES, `${id}.ts`)) || !existsSync(join(CASES, `${id}.json`)),
    );
    expect(lacking).toEqual([]);
    expect(readdirSync(RULES).toSorted()).toEqual(PROMISED.map((id) => `${id}.ts`).toSorted());
  });
});
