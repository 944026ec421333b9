import { describe, expect, it } from "vitest";
import type { TrustRole } from "../trust-model.ts";
import { type AccessChange, accessChanges } from "./access-changes.ts";
import { role, trust } from "./roles.test-helper.ts";

const OTHER = { AWS: "arn:aws:iam::123456789013:root" };
const ALL_THREE = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
const id = (...values: string[]): object => ({ StringEquals: { "sts:ExternalId": values } });
const ip = (network: string): object => ({ IpAddress: { "aws:SourceIp": network } });
const deny = (principal: unknown, condition?: unknown): object => ({ ...trust(principal, condition), Effect: "Deny" });

/** Kind, principal and actions of the changes when one role's trust statements change. */
function changes(before: unknown, after: unknown): string[] {
  return accessChanges([role("R", before)], [role("R", after)]).map(short);
}

function short({ kind, from, actions }: AccessChange): string {
  return `${kind} ${from.replace("arn:aws:iam::", "")} ${actions.map((action) => action.slice(4)).join("+")}`;
}

describe("is no change", () => {
  it.each<[string, unknown, unknown]>([
    ["statements in another order", [trust(OTHER), trust("*", id("a"))], [trust("*", id("a")), trust(OTHER)]],
    ["a text or a list of one", trust(OTHER), [trust({ AWS: [OTHER.AWS] }, undefined, ["sts:AssumeRole"])]],
    ["an account by number or ARN", trust(OTHER), trust({ AWS: "123456789013" })],
    ["everyone in either form", trust("*", id("a")), trust({ AWS: ["*"] }, id("a"))],
    ["a Sid", { ...trust(OTHER), Sid: "A" }, { ...trust(OTHER), Sid: "B" }],
    ["actions one by one or as a pattern", trust(OTHER, undefined, ALL_THREE), trust(OTHER, undefined, "sts:*")],
    ["the case of an action", trust(OTHER), trust(OTHER, undefined, "STS:assumerole")],
    [
      "the case of a key and the order of values",
      trust(OTHER, id("a", "b")),
      trust(OTHER, { StringEquals: { "STS:externalid": ["b", "a"] } }),
    ],
    ["StringLike without a wildcard", trust(OTHER, id("a")), trust(OTHER, { StringLike: { "sts:ExternalId": "a" } })],
    [
      "ArnEquals and ArnLike",
      trust(OTHER, { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::1:role/x" } }),
      trust(OTHER, { ArnLike: { "aws:PrincipalArn": ["arn:aws:iam::1:role/x"] } }),
    ],
    [
      "one statement split by principal",
      trust({ AWS: [OTHER.AWS, "111122223333"] }),
      [trust(OTHER), trust({ AWS: "111122223333" })],
    ],
    [
      "a second statement that allows less",
      trust(OTHER, id("a", "b")),
      [trust(OTHER, id("a", "b")), trust(OTHER, id("a"))],
    ],
    ["one list of values or two statements", trust(OTHER, id("a")), [trust(OTHER, id("a")), trust(OTHER, id("a"))]],
    [
      "an Allow that a Deny takes back",
      trust(OTHER),
      [trust(OTHER), trust({ AWS: "111122223333" }), deny({ AWS: "111122223333" })],
    ],
    [
      "an action that the principal cannot call",
      trust(OTHER),
      trust(OTHER, undefined, ["sts:AssumeRole", "sts:AssumeRoleWithSAML"]),
    ],
  ])("%s", (_, before, after) => {
    expect(changes(before, after)).toEqual([]);
    expect(changes(after, before)).toEqual([]);
  });
});

describe("a change of access", () => {
  const prefix = { StringLike: { "sts:ExternalId": "a*" } };
  // Each way and back: what is wider one way is narrower the other.
  it.each<[string, unknown, unknown, string[]]>([
    ["a condition lost", trust(OTHER, id("a")), trust(OTHER), ["123456789013:root AssumeRole"]],
    ["one value more", trust(OTHER, id("a")), trust(OTHER, id("a", "b")), ["123456789013:root AssumeRole"]],
    ["a value that became a pattern", trust(OTHER, id("a1")), trust(OTHER, prefix), ["123456789013:root AssumeRole"]],
    [
      "a larger network",
      trust(OTHER, ip("10.1.0.0/16")),
      trust(OTHER, ip("10.0.0.0/8")),
      ["123456789013:root AssumeRole"],
    ],
    [
      "IfExists",
      trust(OTHER, id("a")),
      trust(OTHER, { StringEqualsIfExists: { "sts:ExternalId": "a" } }),
      ["123456789013:root AssumeRole"],
    ],
    ["a Deny that went", [trust(OTHER), deny(OTHER, ip("10.0.0.0/8"))], trust(OTHER), ["123456789013:root AssumeRole"]],
    [
      "a Deny of a part that went",
      [trust(OTHER), deny({ AWS: "arn:aws:iam::123456789013:role/x" })],
      trust(OTHER),
      ["123456789013:root AssumeRole"],
    ],
    [
      "one excluded value less",
      trust(OTHER, { StringNotEquals: { "aws:PrincipalAccount": ["1", "2"] } }),
      trust(OTHER, { StringNotEquals: { "aws:PrincipalAccount": "1" } }),
      ["123456789013:root AssumeRole"],
    ],
    [
      "each action with its own condition",
      [trust(OTHER, id("a"), ALL_THREE)],
      [trust(OTHER, id("a")), trust(OTHER, undefined, ALL_THREE.slice(1))],
      ["123456789013:root SetSourceIdentity+TagSession"],
    ],
  ])("%s", (_, narrow, wide, expected) => {
    expect(changes(narrow, wide)).toEqual(expected.map((each) => `widened ${each}`));
    expect(changes(wide, narrow)).toEqual(expected.map((each) => `narrowed ${each}`));
  });

  it.each<[string, unknown, unknown, string[]]>([
    [
      "another external ID as wider, for its holders could not before",
      trust(OTHER, id("a")),
      trust(OTHER, id("b")),
      ["widened 123456789013:root AssumeRole"],
    ],
    [
      "a new principal and one that went",
      trust(OTHER),
      trust({ AWS: "111122223333" }),
      ["new 111122223333:root AssumeRole", "removed 123456789013:root AssumeRole"],
    ],
    [
      "NotPrincipal as everyone but",
      trust(OTHER),
      [trust(OTHER), { Effect: "Allow", NotPrincipal: OTHER, Action: "sts:AssumeRole" }],
      ["new everyone but 123456789013:root AssumeRole"],
    ],
    [
      "NotAction as all others",
      trust(OTHER),
      [trust(OTHER), { Effect: "Allow", Principal: OTHER, NotAction: "sts:AssumeRole" }],
      ["new 123456789013:root SetSourceIdentity+TagSession"],
    ],
    [
      "an action of its own for a token",
      trust(OTHER),
      [trust(OTHER), trust({ Federated: "arn:aws:iam::123456789012:oidc-provider/x" }, undefined, "sts:*")],
      ["new 123456789012:oidc-provider/x AssumeRoleWithWebIdentity+SetSourceIdentity+TagSession"],
    ],
    [
      "a pattern with ? for one with *",
      trust(OTHER, { StringLike: { "sts:ExternalId": "a*" } }),
      trust(OTHER, { StringLike: { "sts:ExternalId": "a?" } }),
      ["narrowed 123456789013:root AssumeRole"],
    ],
    [
      "another variable",
      trust(OTHER, id("${aws:username}")),
      trust(OTHER, id("${aws:userid}")),
      ["widened 123456789013:root AssumeRole"],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  it("reports a statement that cannot be read as one that can be about any principal", () => {
    const [change] = accessChanges([role("R", trust(OTHER))], [role("R", [trust(OTHER), { Effect: "allow" }])]);
    expect(change).toMatchObject({ kind: "new", from: expect.stringContaining("cannot be read") });
  });
});

/** What changes when the role's tags do. */
function both(statements: unknown, before: TrustRole["tags"], after: TrustRole["tags"]): string[] {
  return accessChanges(
    [role("R", statements, before && { tags: before })],
    [role("R", statements, after && { tags: after })],
  ).map(short);
}

describe("a changed tag of the role", () => {
  const open = { StringEquals: { "aws:ResourceTag/open": "yes" } };
  it.each<[string, unknown, TrustRole["tags"], TrustRole["tags"]]>([
    ["that a condition wants", trust(OTHER, open), { open: "no" }, { open: "yes" }],
    ["that came", trust(OTHER, open), undefined, { Open: "yes" }],
    ["that a Deny is about", [trust(OTHER), deny(OTHER, open)], { open: "yes" }, { open: "no" }],
    [
      "that a Deny does not want",
      [trust(OTHER), deny("*", { StringNotEquals: open.StringEquals })],
      {},
      { open: "yes" },
    ],
  ])("%s", (_, statements, narrow, wide) => {
    expect(both(statements, narrow, wide)).toEqual(["widened 123456789013:root AssumeRole"]);
    expect(both(statements, wide, narrow)).toEqual(["narrowed 123456789013:root AssumeRole"]);
  });

  it("reports a tag that callers compare with theirs as wider access", () => {
    const same = trust(OTHER, { StringEquals: { "aws:PrincipalTag/team": "${aws:ResourceTag/team}" } });
    expect(both(same, { team: "a" }, { team: "b" })).toEqual(["widened 123456789013:root AssumeRole"]);
  });

  it("reports nothing about a tag that no condition reads", () => {
    expect(both(trust(OTHER, open), { open: "no", owner: "a" }, { open: "no", owner: "b" })).toEqual([]);
    expect(both(trust(OTHER, id("a")), { open: "no" }, { open: "yes" })).toEqual([]);
  });

  it("says in words what a tag of the role changes", () => {
    const [change] = accessChanges(
      [role("R", trust(OTHER, open))],
      [role("R", trust(OTHER, open), { tags: { open: "yes" } })],
    );
    expect(change?.was).toBe("StringEquals aws:ResourceTag/open: yes (the role has no such tag)");
    expect(change?.is).toBe('StringEquals aws:ResourceTag/open: yes (the role\'s tag is "yes")');
  });
});

it("reports a Deny that was removed, as a whole or for callers outside the organization", () => {
  const outside = { StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } };
  expect(changes([trust("*"), deny("*", outside)], [trust("*")])).toContain("widened * AssumeRole");
  expect(changes([trust(OTHER), deny(OTHER)], [trust(OTHER)])).toEqual(["new 123456789013:root AssumeRole"]);
});

const master = (identity?: unknown, name = "master"): TrustRole =>
  role(name, trust({ Service: "ec2.amazonaws.com" }), identity === undefined ? {} : { identity });
const mayAll = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
const target = (condition?: unknown): TrustRole =>
  role("target", trust({ AWS: "123456789012" }, condition), { account: "123456789013" });

const withManaged = (name: string): TrustRole => ({ ...master(), managedPolicyArns: [`arn:aws:iam::${name}`] });

/** What changes when the master is given a managed policy. */
function withPolicy(name: string): string[] {
  return accessChanges([master(), target()], [withManaged(name), target()]).map(({ kind, is }) => `${kind}: ${is}`);
}

describe("among the roles of a set", () => {
  it("reports access that a policy of the caller opens, though no trust policy changed", () => {
    expect(accessChanges([master(), target()], [master(mayAll), target()])).toEqual([
      {
        kind: "new",
        from: "arn:aws:iam::123456789012:role/master",
        to: "arn:aws:iam::123456789013:role/target",
        actions: ["sts:AssumeRole"],
        is: "allowed by all policies together",
        location: { file: "t.json", path: "target" },
      },
    ]);
  });

  it("finds the way through a condition that the caller can meet", () => {
    const meets = target({ ...id("a"), ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/master" } });
    const others = [master(), meets];
    expect(accessChanges(others, [master(mayAll), meets]).map(short)).toEqual([
      "new 123456789012:role/master AssumeRole",
    ]);
    const misses = target({ ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/another" } });
    expect(accessChanges([master(), misses], [master(mayAll), misses])).toEqual([]);
  });

  it("knows AWS's administrators, and says when it does not know a policy", () => {
    expect(withPolicy("aws:policy/AdministratorAccess")).toEqual(["new: allowed by all policies together"]);
    expect(withPolicy("aws:policy/ReadOnlyAccess")).toEqual([]);
    expect(withPolicy("123456789012:policy/ours")).toEqual([
      "new: cannot be decided offline: the permissions of arn:aws:iam::123456789012:policy/ours are not in the source",
    ]);
  });

  it("reports once what the trust policy itself names", () => {
    const named = role("target", trust({ AWS: "arn:aws:iam::123456789012:role/master" }));
    expect(accessChanges([master(), role("target", [])], [master(), named]).map(short)).toEqual([
      "new 123456789012:role/master AssumeRole",
    ]);
  });

  it("reports a role that any principal can assume once, and not for each role of the set", () => {
    const others = [master(mayAll), master(mayAll, "another")];
    const open = role("open", trust("*"), { account: "123456789013", identity: mayAll });
    expect(accessChanges(others, [...others, open]).map(short)).toEqual(["new * AssumeRole"]);
    expect(accessChanges([...others, open], others).map(short)).toEqual(["removed * AssumeRole"]);
  });

  it("reports roles that were added or removed, new access first", () => {
    const changed = accessChanges(
      [role("A", trust(OTHER)), role("B", trust(OTHER))],
      [role("B", trust(OTHER, id("a"))), role("C", trust(OTHER))],
    );
    expect(changed.map(({ kind, to }) => `${kind} ${to.slice(-1)}`)).toEqual(["new C", "narrowed B", "removed A"]);
  });

  it("does not depend on the order of the roles", () => {
    const before = [master(), target(), role("A", trust(OTHER))];
    const after = [role("B", trust("*")), target(id("a")), master(mayAll)];
    const there = accessChanges(before, after);
    expect(accessChanges(before.toReversed(), after.toReversed())).toEqual(there);
    expect(there.length).toBeGreaterThan(3);
  });
});

it("reports the actions of one principal in one row, and says which has which condition", () => {
  const tagged = trust(OTHER, { StringLike: { "aws:RequestTag/task": "*" } }, "sts:TagSession");
  expect(accessChanges([role("R", [])], [role("R", [trust(OTHER, id("a")), tagged])])).toMatchObject([
    {
      actions: ["sts:AssumeRole", "sts:TagSession"],
      is: "StringEquals sts:ExternalId: a (sts:AssumeRole); StringLike aws:RequestTag/task: * (sts:TagSession)",
    },
  ]);
});

it("says in words when access held and when it holds", () => {
  const before = role("R", trust(OTHER, { ...id("a"), Bool: { "aws:SecureTransport": true } }));
  const after = role("R", [
    trust(OTHER, id("a")),
    trust(OTHER, id("b")),
    deny("*", { Null: { "aws:PrincipalOrgID": "true" } }),
  ]);
  expect(accessChanges([before], [after])).toMatchObject([
    {
      was: "Bool aws:SecureTransport: true and StringEquals sts:ExternalId: a",
      is: "StringEquals sts:ExternalId: a or StringEquals sts:ExternalId: b, except Null aws:PrincipalOrgID: true",
    },
  ]);
});

describe("a set that has a role twice, from its template and from its account", () => {
  const deployed = role("target", trust(OTHER));
  const live = { ...deployed, location: { file: "live" } };

  it("has no change when both are as before", () => {
    expect(accessChanges([deployed], [deployed, live])).toEqual([]);
    expect(accessChanges([deployed, live], [deployed])).toEqual([]);
  });

  it("reports once what was changed in the account alone", () => {
    const changed = { ...role("target", [trust(OTHER), trust("*")]), location: { file: "live" } };
    expect(accessChanges([deployed], [deployed, changed]).map(short)).toEqual(["new * AssumeRole"]);
  });

  it("reports a role of the account that no template has", () => {
    const another = role("another", trust(OTHER));
    expect(accessChanges([deployed], [deployed, live, another]).map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      `new ${another.arn}`,
    ]);
  });
});

function inAccount(account: string, name: string): TrustRole {
  return role(name, trust({ AWS: `arn:aws:iam::${account}:root` }), { account });
}

describe("a template that leaves the account or the name open", () => {
  const open = inAccount("${AWS.AccountId}", "reader");
  const generated = role("${Reader}", trust(OTHER));

  it.each<[string, TrustRole, TrustRole]>([
    ["its account", open, inAccount("123456789012", "reader")],
    ["its name", generated, role("app-Reader-1A2B3C", trust(OTHER))],
    ["a part of its name", role("${Stage}-reader", trust(OTHER)), role("prod-reader", trust(OTHER))],
  ])("has the role that was deployed from it, whatever %s", (_, template, now) => {
    expect(accessChanges([template], [template, now])).toEqual([]);
  });

  it.each<[string, TrustRole, TrustRole]>([
    ["is trusted otherwise", generated, role("app-Reader-1A2B3C", trust("*"))],
    ["has another name", open, inAccount("123456789012", "writer")],
  ])("does not have a role that %s", (_, template, now) => {
    expect(accessChanges([template], [template, now]).map(({ kind }) => kind)).toContain("new");
  });
});
