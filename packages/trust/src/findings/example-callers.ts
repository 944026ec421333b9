import { type Condition, parseArn, parsePolicy, type Policy, policyOf, type Statement } from "@agent-roles/iam";
import { GRANTS_ALL } from "../access/managed-policies.ts";
import { exampleAccount, instance } from "../access/mentioned.ts";
import type { Caller } from "../assume-role/assume-role-request.ts";
import { evaluateAssumeRole } from "../assume-role/evaluate-assume-role.ts";
import { bestRequest } from "./best-request.ts";
import { accountPatterns, fill, fillArn, sample, withoutPlaceholder } from "./example-texts.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { lacksKey } from "./lacking-keys.ts";
import { unmetWithout } from "./missing-action.ts";
import { isDemand } from "./conditions.ts";
import { covers, isEveryone, principalsOf } from "./statements.ts";

/** A caller and the condition keys that it cannot choose; `undefined` for one that its calls do not have. */
export interface Example {
  readonly caller: Caller;
  readonly keys: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether a statement lets any of these callers in, whatever the Deny statements beside it say, with the request that has
 * the best chance. What is unknown counts as letting in; a part that is unknown offline is nobody's in particular.
 */
export function letsIn(role: IndexedRole, statement: Statement, examples: Iterable<Example>): boolean {
  if (unmetWithout(role, statement)) return false;
  const arn = role.arn ? role.role.arn : "arn:aws:iam::000000000000:role/Unknown";
  const statements = [statement, ...deniesOf(role)].map(withoutPlaceholders);
  const best = bestRequest(statements, {});
  const [allow = statement, ...denies] = statements;
  const policyFor = (principal: Statement["principal"]): Policy =>
    policyOf("trust policy", [{ ...allow, principal }, ...denies]);
  const [forAws, forOthers] = [policyFor(EVERYONE), policyFor(statement.principal)];
  for (const { caller, keys } of examples) {
    const isAws = "arn" in caller;
    const context: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...best, ...lackingKeys(caller, statement), ...keys })) {
      if (value !== undefined) context[key] = value;
    }
    const { decision } = evaluateAssumeRole({
      caller: isAws ? { ...caller, identityPolicies: [GRANTS_ALL] } : caller,
      role: { arn, trustPolicy: isAws ? forAws : forOthers, tags: role.role.tags ?? {} },
      request: { context },
    });
    if (decision !== "denied") return true;
  }
  return false;
}

function deniesOf({ trust }: IndexedRole): readonly Statement[] {
  return trust.filter(({ effect }) => effect === "Deny");
}

/** The keys of the statement that calls of such a caller never have. */
function lackingKeys(caller: Caller, statement: Statement): Example["keys"] {
  const value = "federated" in caller ? caller.federated : "service" in caller ? caller.service : undefined;
  const meant = principalsOf(statement).filter((each) =>
    value === undefined ? each.type === "AWS" : each.value === value,
  );
  const lacking = statement.conditions.filter(
    ({ key }) => meant.length > 0 && meant.every((principal) => lacksKey(principal, key, statement)),
  );
  return {
    "aws:resourceorgid": "o-ownorganization",
    ...Object.fromEntries(lacking.map(({ key }) => [key, undefined])),
  };
}

/** Tokens and assertions come from no AWS principal. */
export const NO_PRINCIPAL: Example["keys"] = {
  "aws:principalarn": undefined,
  "aws:principalaccount": undefined,
  "aws:principalorgid": undefined,
  "aws:principalorgpaths": undefined,
  "aws:principalorgmasteraccountid": undefined,
  "aws:userid": undefined,
};

/** The ARNs that a statement names, as principal or by `aws:PrincipalArn`; of a whole account, anyone. */
export function callersOf(statement: Statement, { arn }: IndexedRole): readonly string[] {
  const named = statement.conditions
    .filter((each) => each.key === "aws:principalarn" && isDemand(each))
    .flatMap(({ values }) => values.map(sample));
  return principalsOf(statement).flatMap((principal) => {
    if (principal.type !== "AWS") return [];
    if (!principal.wholeAccount && !isEveryone(principal)) return [principal.value];
    const account = principal.account ?? arn?.account;
    return named.length > 0 ? named : [`arn:${arn?.partition}:iam::${account}:role/Someone`];
  });
}

/** How the principal names an AWS caller is decided before. */
const EVERYONE = parsePolicy({ Statement: { Effect: "Allow", Action: "*", Principal: "*" } }, "trust policy").policy
  .statements[0]?.principal;

function withoutPlaceholders(statement: Statement): Statement {
  const conditions = statement.conditions.map((condition) => {
    if (!condition.values.some((value) => value.includes("${"))) return condition;
    return { ...condition, values: condition.values.map(withoutPlaceholder) };
  });
  return { ...statement, conditions };
}

/** Accounts that belong to a stranger; the second is for policies that mention the first. */
const STRANGERS = ["987654321098", "876543210987"];
const ORGANIZATION = "o-9876543210";
const UNIQUE_ID = "AROA9876543210EXAMPLE";

const PROVIDERS = [
  ["sts:AssumeRoleWithWebIdentity", "oidc-provider/stranger.example.com"],
  ["sts:AssumeRoleWithSAML", "saml-provider/Stranger"],
] as const;
/** Keys by which a condition can distinguish users from roles. */
const TELLS_USERS = /^aws:(?:principal(?:type|arn)|username|userid|multifactorauth(?:present|age))$/;

/**
 * Callers of an account and an organization that the policy does not name. Where a condition has wildcards, their names are
 * such that it holds.
 */
export function* strangers(role: IndexedRole, statement: Statement): Iterable<Example> {
  const partition = role.arn?.partition ?? "aws";
  const conditions = conditionsAround(role, statement);
  const open = (key: string): readonly string[] => openValues(conditions, key);
  const accounts = [
    strangerTo(conditions),
    ...[...open("aws:principalaccount"), ...accountPatterns(open("aws:principalarn"))].flatMap((each) =>
      exampleAccount(each),
    ),
  ];
  const inOrganization = conditions.some(({ key }) => key.startsWith("aws:principalorg"));
  const organizations = [
    undefined,
    ...(inOrganization ? [ORGANIZATION, ...open("aws:principalorgid").map(instance)] : []),
  ];
  for (const [action, provider] of PROVIDERS) {
    if (!covers(statement, action)) continue;
    yield { caller: { federated: `arn:${partition}:iam::${STRANGERS[0]}:${provider}` }, keys: NO_PRINCIPAL };
  }
  const [userId] = open("aws:userid")
    .filter(beginsOpen(":"))
    .map((each) => fill(each, UNIQUE_ID));
  const [masterAccount] = open("aws:principalorgmasteraccountid").flatMap((each) => exampleAccount(each));
  const orgPaths = open("aws:principalorgpaths").filter(beginsOpen("/")).map(instance);
  for (const account of accounts) {
    const kinds = conditions.some(({ key }) => TELLS_USERS.test(key)) ? ["role", "user"] : ["role"];
    const arns = kinds.map((kind) => `arn:${partition}:iam::${account}:${kind}/Stranger`);
    const named = open("aws:principalarn").flatMap((pattern) => fillArn(pattern, partition, account));
    for (const arn of [...arns, ...named]) {
      for (const orgId of organizations) {
        for (const path of orgId === undefined ? [undefined] : [...orgPaths, `${orgId}/r-9876/`]) {
          const keys = {
            "aws:principalarn": arn,
            "aws:principalaccount": account,
            ...keysOf(arn),
            ...(userId !== undefined && { "aws:userid": userId }),
            "aws:principalorgid": orgId,
            "aws:principalorgpaths": path,
            "aws:principalorgmasteraccountid": orgId && (masterAccount ?? account),
          };
          yield {
            caller: { arn, ...(orgId !== undefined && { orgId }) },
            keys: { ...tagsOfRole(conditions, keys), ...keys },
          };
        }
      }
    }
  }
}

/**
 * A role and a user of an account, with nothing that makes them special: no tags, no name that a condition mentions.
 *
 * @param account any account when it is unknown.
 */
export function* membersOf(account: string | undefined, role: IndexedRole, statement: Statement): Iterable<Example> {
  const conditions = conditionsAround(role, statement);
  const tags = conditions.filter(({ key }) => key.startsWith("aws:principaltag/")).map(({ key }) => [key, "x"]);
  for (const kind of ["role", "user"] as const) {
    const arn = `arn:${role.arn?.partition ?? "aws"}:iam::${account ?? STRANGERS[0]}:${kind}/Someone`;
    yield { caller: { arn }, keys: { ...Object.fromEntries(tags), ...keysOf(arn) } };
  }
}

/** Callers of an account that meet the conditions, so that only a Deny can keep them out. */
export function* anyOf(account: string, role: IndexedRole, statement: Statement): Iterable<Example> {
  const partition = role.arn?.partition ?? "aws";
  const names = conditionsAround(role, statement)
    .filter(({ key }) => key === "aws:principalarn")
    .flatMap(({ values }) => values.flatMap((each) => fillArn(each, partition, account)));
  for (const arn of [
    ...names,
    `arn:${partition}:iam::${account}:role/Someone`,
    `arn:${partition}:iam::${account}:user/Someone`,
  ]) {
    yield { caller: { arn }, keys: mfaOf(arn) };
    yield { caller: { arn }, keys: { ...mfaOf(arn), "aws:principalorgid": ORGANIZATION } };
  }
}

/** The same callers, passing no external ID, or one that another customer of a third party has. */
export function* withoutOurExternalId(examples: Iterable<Example>): Iterable<Example> {
  for (const { caller, keys } of examples) {
    yield { caller, keys: { ...keys, "sts:externalid": undefined } };
    yield { caller, keys: { ...keys, "sts:externalid": "another-customer" } };
  }
}

function keysOf(arn: string): Record<string, string> {
  return { ...mfaOf(arn), "aws:userid": `${UNIQUE_ID}:session` };
}

/** A user can sign in with MFA; a role's session has the key with the value false. */
function mfaOf(arn: string): Record<string, string> {
  return { "aws:multifactorauthpresent": String(arn.includes(":user/")), "aws:multifactorauthage": "1" };
}

/** A service that calls for another customer. */
export function* servicesForStrangers(role: IndexedRole, statement: Statement, service: string): Iterable<Example> {
  const partition = role.arn?.partition ?? "aws";
  const [name = service] = service.split(".");
  const conditions = conditionsAround(role, statement);
  const open = (key: string): readonly string[] => openValues(conditions, key);
  const arns = open("aws:sourcearn");
  const accounts = [
    strangerTo(conditions),
    ...[...open("aws:sourceaccount"), ...accountPatterns(arns)].flatMap((each) => exampleAccount(each)),
  ];
  // An ARN without an account names no customer.
  const nobodys = conditions
    .filter(({ key }) => key === "aws:sourcearn")
    .flatMap(({ values }) => values.filter((value) => parseArn(value)?.account === "").map(instance));
  for (const account of accounts) {
    const named = arns.flatMap((pattern) => fillArn(pattern, partition, account));
    for (const arn of [`arn:${partition}:${name}:us-east-1:${account}:any/thing`, ...named, ...nobodys]) {
      const organizations = [ORGANIZATION, ...open("aws:sourceorgid").map(instance)];
      for (const orgId of organizations) {
        const keys = {
          "aws:sourcearn": arn,
          "aws:sourceaccount": account,
          "aws:sourceorgid": orgId,
          "aws:sourceorgpaths":
            open("aws:sourceorgpaths").filter(beginsOpen("/")).map(instance)[0] ?? `${orgId}/r-9876/`,
        };
        yield { caller: { service }, keys };
      }
    }
  }
}

function strangerTo(conditions: readonly Condition[]): string {
  return (
    STRANGERS.find((account) => !conditions.some(({ values }) => values.some((each) => each.includes(account)))) ?? ""
  );
}

function conditionsAround(role: IndexedRole, statement: Statement): readonly Condition[] {
  return [statement, ...deniesOf(role)].flatMap((each) => withoutPlaceholders(each).conditions);
}

/** Values with wildcards: a stranger can have a name that fits. */
function openValues(conditions: readonly Condition[], key: string): readonly string[] {
  return conditions
    .filter((condition) => condition.key === key && condition.operator?.wildcards)
    .flatMap(({ values }) => values.filter((value) => /[*?]/.test(value) && !value.includes("${")));
}

/** Whether there is a wildcard in a value before a separator, that is, in what says who it is. */
function beginsOpen(separator: string): (value: string) => boolean {
  return (value) => /[*?]/.test(value.split(separator)[0] ?? "");
}

/** The role's tags that conditions compare with: a transitive session tag of the caller takes their place. */
function tagsOfRole(conditions: readonly Condition[], keys: Example["keys"]): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const { key, values } of conditions) {
    for (const value of values) {
      const [, tag] = /^\$\{aws:ResourceTag\/([^}]+)\}$/i.exec(value) ?? [];
      if (tag !== undefined) tags[`aws:resourcetag/${tag.toLowerCase()}`] = keys[key] ?? "x";
    }
  }
  return tags;
}
