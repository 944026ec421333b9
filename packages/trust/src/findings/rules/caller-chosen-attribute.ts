import { type Condition, evaluate, memoize, policyOf, type Statement } from "@agent-roles/iam";
import { knownCaller, roleKey } from "../../access/callers.ts";
import { GRANTS_ALL } from "../../access/managed-policies.ts";
import type { AssumeRoleParameters } from "../../assume-role/assume-role-request.ts";
import { evaluateAssumeRole } from "../../assume-role/evaluate-assume-role.ts";
import { bestRequest } from "../best-request.ts";
import { demands, isDemand, saysSomething } from "../conditions.ts";
import { callersOf, letsIn, membersOf } from "../example-callers.ts";
import { sample } from "../example-texts.ts";
import { type IndexedRole, readRole } from "../indexed-role.ts";
import type { RoleIndex } from "../role-index.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, covers, isEveryone, principalsOf } from "../statements.ts";

/** A session tag or the source identity: whoever assumes a role passes it, and the role's session has it. */
interface Attribute {
  /** The condition key of the session's calls, in lower case. */
  readonly key: string;
  /** `undefined` for the source identity. */
  readonly tag: string | undefined;
}

/** What the caller of STS writes into its own request. */
const REQUEST_KEY = /^(?:aws:requesttag\/.+|sts:sourceidentity|sts:rolesessionname)$/;
const SESSION_KEY = /^aws:(?:principaltag\/(.+)|sourceidentity)$/i;
const VARIABLE = /\$\{(aws:(?:PrincipalTag\/[^},]+|SourceIdentity))[^}]*\}/gi;
/** A value that no policy lists: where it passes, nothing limits the values. */
const CHOSEN = "chosen-by-the-caller";

/**
 * A role's own tags and the tags that an identity provider or EKS attests are no finding: only what an AWS principal can
 * pass with any value. A session tag replaces the role's tag of the same key.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export const callerChosenAttribute: Rule = {
  id: "caller-chosen-attribute",
  severity: "medium",
  why: "a session tag, source identity or session name that the caller chooses proves nothing about the caller",
  fix: "limit sts:TagSession with aws:TagKeys and aws:RequestTag, or sts:SetSourceIdentity with sts:SourceIdentity, where the attribute is passed; or require aws:PrincipalArn instead",
  *checkStatementOf(statement, role) {
    if (!allowsAssuming(statement) || demands(statement, ["sts:externalid"])) return;
    const chosen = statement.conditions.find(
      (each) => REQUEST_KEY.test(each.key) && isDemand(each) && each.values.every((value) => isLiteral(value, each)),
    );
    if (!chosen) return;
    for (const principal of principalsOf(statement)) {
      const account = isEveryone(principal) ? role.arn?.account : principal.account;
      if (!(principal.wholeAccount || isEveryone(principal)) || account === undefined) continue;
      if (!letsIn(role, statement, membersOf(account, role, statement))) continue;
      const message = `${chosen.written} ${chosen.name} is all that principal "${principal.value}" must show, and the caller chooses it`;
      yield { message, fix: "require ArnEquals aws:PrincipalArn as well" };
    }
  },
  *checkRole(role, index) {
    const own = chosenOf(role, attributesIn(role.identity), index);
    const granting = role.identity.find((each) => grants(each, own, role));
    if (granting) {
      yield {
        message: `the identity policy statement ${granting.label} relies on ${describe(own)}`,
        ...rank(own, index),
      };
    }
    const attributes = attributesIn(role.trust);
    for (const caller of attributes.length > 0 ? trustedRoles(role, index) : []) {
      const { arn } = caller.role;
      const chosen = chosenOf(caller, attributes, index);
      if (chosen.length === 0 || assumes(role, arn, index, {})) continue;
      if (!assignments(role.trust, chosen, role).some((held) => assumes(role, arn, index, { held }))) continue;
      const statement = role.trust.find((each) => each.effect === "Allow" && attributesIn([each]).length > 0)?.label;
      yield { message: `relies on ${describe(chosen)}`, statement, ...rank(chosen, index) };
      return;
    }
  },
};

/** An attribute of a role's session, and a principal that chooses it when it assumes the role. */
interface Chosen {
  readonly role: string;
  readonly attribute: Attribute;
  readonly chooser: string;
}

function chosenOf(role: IndexedRole, attributes: readonly Attribute[], index: RoleIndex): readonly Chosen[] {
  return attributes.flatMap((attribute) => {
    const chooser = chooserOf(role, attribute, index);
    return chooser === undefined ? [] : [{ role: role.role.arn, attribute, chooser }];
  });
}

function describe(chosen: readonly Chosen[]): string {
  const names = chosen
    .map(({ attribute: { tag } }) => (tag === undefined ? "source identity" : `session tag "${tag}"`))
    .join(", ");
  return `the ${names} of ${chosen[0]?.role}, which ${chosen[0]?.chooser} chooses when it assumes that role`;
}

/** The agent itself is the caller that the trust is there to limit. */
function rank(chosen: readonly Chosen[], { masterKey }: RoleIndex): { readonly severity?: "high" } {
  return masterKey !== undefined && roleKey(chosen[0]?.chooser ?? "") === masterKey ? { severity: "high" } : {};
}

function isLiteral(value: string, entry: Condition): boolean {
  return saysSomething(value, entry) && !/\$\{[^}]*:/.test(value);
}

/** The session attributes that statements compare, or put into their values and resources. */
function attributesIn(statements: readonly Statement[]): readonly Attribute[] {
  const found = new Map<string, Attribute>();
  for (const { conditions, resource } of statements) {
    const texts = [...(resource?.values ?? []), ...conditions.flatMap(({ values }) => values)];
    const variables = texts.flatMap((text) => (text.includes("${") ? [...text.matchAll(VARIABLE)] : []));
    for (const name of [...conditions.map((each) => each.name), ...variables.map(([, variable = ""]) => variable)]) {
      const [key, tag] = SESSION_KEY.exec(name) ?? [];
      if (key !== undefined) found.set(key.toLowerCase(), { key: key.toLowerCase(), tag });
    }
  }
  return [...found.values()];
}

/** What the call that passes a value has, so that the value lasts along a chain. */
function pass({ tag }: Attribute, value: string, transitive: boolean): AssumeRoleParameters {
  if (tag === undefined) return { sourceIdentity: value };
  return { sessionTags: { [tag]: value }, ...(transitive && { transitiveTagKeys: [tag] }) };
}

const choosers = memoize((_index: RoleIndex, _key: string) => new Map<IndexedRole, string | undefined>());

/** The ARN of an AWS principal that can give the role's session any value of the attribute, itself or along a chain. */
function chooserOf(role: IndexedRole, attribute: Attribute, index: RoleIndex, along = false): string | undefined {
  const known = choosers(index, `${along} ${attribute.key}`);
  if (known.has(role)) return known.get(role);
  // Ends the search in a circle of roles.
  known.set(role, undefined);
  const found = findChooser(role, attribute, index, along);
  known.set(role, found);
  return found;
}

function findChooser(role: IndexedRole, attribute: Attribute, index: RoleIndex, along: boolean): string | undefined {
  const allowing = role.trust.filter(({ effect }) => effect === "Allow");
  const action = attribute.tag === undefined ? "sts:SetSourceIdentity" : "sts:TagSession";
  if (!allowing.some((each) => covers(each, action))) return undefined;
  for (const caller of new Set(allowing.flatMap((each) => callersOf(each, role)))) {
    if (assumes(role, caller, index, { passed: pass(attribute, CHOSEN, along) })) return caller;
    const from = index.byKey.get(roleKey(caller) ?? "");
    const first = from && from !== role && chooserOf(from, attribute, index, true);
    if (first && assumes(role, caller, index, { held: [[attribute, CHOSEN]], transitive: true })) return first;
  }
  return undefined;
}

/** Roles of the set that the trust policy's principals include. */
function trustedRoles({ trust }: IndexedRole, index: RoleIndex): ReadonlySet<IndexedRole> {
  const principals = trust.filter(allowsAssuming).flatMap(principalsOf);
  return new Set(
    principals.flatMap((each) => {
      if (isEveryone(each)) return index.roles;
      if (each.wholeAccount) return index.byAccount.get(each.account ?? each.arn?.account ?? "") ?? [];
      return index.byKey.get(roleKey(each.value) ?? "") ?? [];
    }),
  );
}

/** The account that a template is deployed to, as an example. */
const THIS_ACCOUNT = "${AWS.AccountId}";
const ACCOUNT = "000000000000";
const inAccount = memoize((role: IndexedRole) =>
  role.role.arn.includes(THIS_ACCOUNT)
    ? readRole(JSON.parse(JSON.stringify(role.role).replaceAll(THIS_ACCOUNT, ACCOUNT)))
    : role,
);

type Held = readonly (readonly [attribute: Attribute, value: string])[];

/** Whether the evaluator lets the caller assume the role, with the request that has the best chance otherwise. */
function assumes(
  role: IndexedRole,
  arn: string,
  index: RoleIndex,
  call: { readonly held?: Held; readonly transitive?: boolean; readonly passed?: AssumeRoleParameters },
): boolean {
  const { held = [], transitive = false, passed } = call;
  const found = index.byKey.get(roleKey(arn) ?? "");
  const from = found && inAccount(found);
  const known = from && knownCaller(from.role, index.context);
  const { role: target, trust } = inAccount(role);
  const statements = [...trust, ...(from?.identity ?? [])];
  const named = Object.fromEntries(attributesIn(from ? statements : []).map(({ key }) => [key, undefined]));
  const context = bestRequest(statements, {
    ...named,
    ...Object.fromEntries(held.flatMap(([{ key, tag }, value]) => (tag === undefined ? [[key, value]] : []))),
    ...(passed && { "aws:tagkeys": undefined, "sts:transitivetagkeys": undefined, "sts:sourceidentity": undefined }),
    ...Object.fromEntries(
      Object.keys(passed?.sessionTags ?? {}).map((tag) => [`aws:requesttag/${tag}`.toLowerCase(), undefined]),
    ),
  });
  const isKnown = known !== undefined && known.unknownPolicies.length === 0;
  const own = known && "arn" in known.caller ? known.caller : undefined;
  const tags = tagsOf(held);
  const caller = {
    ...own,
    arn: from?.role.arn ?? arn.replace(THIS_ACCOUNT, ACCOUNT),
    identityPolicies: [...(own?.identityPolicies ?? []), ...(isKnown ? [] : [GRANTS_ALL])],
    tags: { ...own?.tags, ...tags },
    ...(transitive && { transitiveTags: tags }),
  };
  const requested = { arn: target.arn, trustPolicy: target.trustPolicy, tags: target.tags ?? {} };
  return evaluateAssumeRole({ caller, role: requested, request: { ...passed, context } }).decision === "allowed";
}

function tagsOf(held: Held): Readonly<Record<string, string>> {
  return Object.fromEntries(held.flatMap(([{ tag }, value]) => (tag === undefined ? [] : [[tag, value]])));
}

/** Values that could satisfy what statements demand: free ones, those that they name, those of the role's tags. */
function assignments(
  statements: readonly Statement[],
  chosen: readonly Chosen[],
  { role }: IndexedRole,
): readonly Held[] {
  const tags = new Map(
    Object.entries(role.tags ?? {}).map(([tag, value]) => [`aws:principaltag/${tag}`.toLowerCase(), value]),
  );
  const named = (key: string): string | undefined =>
    statements
      .flatMap(({ conditions }) => conditions.filter((each) => each.key === key).flatMap(({ values }) => values))
      .find((value) => !value.includes("${"));
  return [() => CHOSEN, (key: string) => sample(named(key) ?? CHOSEN), (key: string) => tags.get(key) ?? CHOSEN].map(
    (valueOf) => chosen.map(({ attribute }) => [attribute, valueOf(attribute.key)] as const),
  );
}

/** Whether a role's session can do what an Allow statement of its policies says with these attributes, and not without. */
function grants(statement: Statement, chosen: readonly Chosen[], indexed: IndexedRole): boolean {
  const { effect, action, resource } = statement;
  const [first] = action?.values ?? [];
  if (chosen.length === 0 || effect !== "Allow" || action?.negated || first === undefined || resource?.negated)
    return false;
  const { role, arn, identity, boundary } = inAccount(indexed);
  const policies = {
    identityPolicies: [policyOf("identity policy", identity)],
    ...(boundary && { permissionsBoundary: policyOf("permissions boundary", boundary) }),
  };
  const can = (held: Held, isHeld: boolean): boolean => {
    const values = new Map(held.map(([{ key }, value]) => [key, value]));
    const fill = (text: string): string =>
      text.replaceAll(VARIABLE, (written, name: string) => values.get(name.toLowerCase()) ?? written);
    const filled = identity.map((each) => ({
      ...each,
      conditions: each.conditions.map((condition) => ({ ...condition, values: condition.values.map(fill) })),
    }));
    const own = Object.fromEntries(attributesIn(identity).map(({ key }) => [key, undefined]));
    const source = held.flatMap(([{ key, tag }, value]) => (tag === undefined && isHeld ? [[key, value]] : []));
    const request = {
      caller: { arn: role.arn, tags: { ...role.tags, ...(isHeld && tagsOf(held)) } },
      action: sample(first),
      resource: sample(fill(resource?.values[0] ?? "*")),
      resourceAccount: arn?.account ?? "",
      context: bestRequest(filled, { ...own, ...Object.fromEntries(source) }),
    };
    return evaluate(request, policies).decision === "allowed";
  };
  return assignments(identity, chosen, indexed).some((held) => can(held, true) && !can(held, false));
}
