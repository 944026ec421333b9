import { asRecord, isRecord, itemsOf } from "@agent-roles/iam";
import { didYouMean } from "./did-you-mean.ts";
import type { ManifestIssue, Path } from "./manifest-issue.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A manifest in which every role has one account and its own values. */
export interface ExpandedManifest {
  readonly value: unknown;
  /** Mistakes in `defaults` and in references to accounts. */
  readonly issues: readonly ManifestIssue[];
  /** Where a path of `value` is written in the file. */
  readonly origin: (path: Path) => Path;
}

/** Fields of a role that `defaults` cannot set. */
const OWN_FIELDS = new Set(["profile", "account", "accounts", "roleName", "default"]);

/**
 * Applies `defaults` and `accounts`, makes one role per account of `accounts: [dev, staging]` or `accounts: all`, replaces
 * `{alias}`, `{account}`, `{environment}` and `{region}` in these roles, expands `attribution: required`, and drops `x-…` keys. Reads a manifest that can be wrong
 * elsewhere, and never throws.
 *
 * @param roleFields names of the fields of a role.
 */
export function expandManifest(source: unknown, roleFields: readonly string[]): ExpandedManifest {
  if (!isRecord(source)) return { value: source, issues: [], origin: (path) => path };
  const own = Object.fromEntries(Object.entries(source).filter(([key]) => !key.startsWith("x-")));
  const { defaults: written, ...rest } = own;
  const defaults = asRecord(written);
  const accounts = readAccounts(own["accounts"]);
  const issues = defaultsIssues(written, roleFields);
  const origins: Origin[] = [];
  const roles = Array.isArray(rest["roles"])
    ? rest["roles"].flatMap((role: unknown, index) => {
        if (!isRecord(role)) {
          origins.push({ index, role: {}, defaults: {} });
          return [role];
        }
        const chosen = chooseAccounts(role, index, accounts, issues);
        return chosen.map((choice) => {
          origins.push({ index, role, defaults, choice });
          return mergedRole(role, defaults, choice);
        });
      })
    : rest["roles"];
  const attribution = rest["attribution"] === "required" && { attribution: { required: true } };
  const value = { ...rest, ...attribution, ...(roles !== undefined && { roles }) };
  return { value, issues, origin: (path) => originOf(path, origins) };
}

interface Account {
  readonly index: number;
  readonly entry: Fields;
}

/** One account of one role. */
interface Choice {
  /** The value of `account` after expansion. */
  readonly id: unknown;
  readonly account?: Account | undefined;
  /** Where the role names the account. */
  readonly path: Path;
  /** False for a plain `account: "…"`, in which braces have no meaning. */
  readonly isPattern: boolean;
}

interface Origin {
  readonly index: number;
  readonly role: Fields;
  readonly defaults: Fields;
  readonly choice?: Choice;
}

function readAccounts(value: unknown): readonly Account[] {
  return itemsOf(value).flatMap((entry, index) => (isRecord(entry) ? [{ index, entry }] : []));
}

function defaultsIssues(defaults: unknown, roleFields: readonly string[]): ManifestIssue[] {
  if (defaults === undefined) return [];
  const allowed = roleFields.filter((field) => !OWN_FIELDS.has(field));
  if (!isRecord(defaults)) {
    const fix = `write fields: ${allowed.join(", ")}`;
    return [{ path: ["defaults"], message: "these fields are not valid", fix }];
  }
  return Object.keys(defaults)
    .filter((key) => !allowed.includes(key))
    .map((key) => {
      const fix = OWN_FIELDS.has(key) ? "set it in each role" : didYouMean(key, allowed);
      return { path: ["defaults", key], at: "key", message: `"${key}" cannot be a default`, fix };
    });
}

/** The accounts that a role names; every wrong name is added to `issues`. */
function chooseAccounts(
  role: Fields,
  index: number,
  accounts: readonly Account[],
  issues: ManifestIssue[],
): readonly Choice[] {
  const path = ["roles", index, "accounts"];
  // Keeps the role, so that its other mistakes are reported too.
  const nowhere = { id: undefined, path, isPattern: false };
  const { account, accounts: many } = role;
  if (many === undefined) return [chooseAccount(account, ["roles", index, "account"], accounts, issues)];
  if (account !== undefined) {
    const message = "account and accounts are both set";
    issues.push({ path, at: "key", message, fix: "keep one of them" });
  }
  if (many === "all") {
    if (accounts.length === 0) {
      const fix = "add accounts: with an alias and an ID for each account";
      issues.push({ path, message: "the manifest lists no accounts", fix });
      return [nowhere];
    }
    return accounts.map((each) => ({ id: each.entry["id"], account: each, path, isPattern: true }));
  }
  if (!Array.isArray(many) || many.length === 0) {
    issues.push({ path, message: "is not a list of accounts", fix: "write all, or list aliases or IDs" });
    return [nowhere];
  }
  return many.map((each: unknown, position) => ({
    ...chooseAccount(each, [...path, position], accounts, issues),
    isPattern: true,
  }));
}

function chooseAccount(name: unknown, path: Path, accounts: readonly Account[], issues: ManifestIssue[]): Choice {
  const account = accounts.find(({ entry }) => entry["alias"] === name || entry["id"] === name);
  if (account) return { id: account.entry["id"], account, path, isPattern: name === account.entry["alias"] };
  if (typeof name === "string" && accounts.length > 0 && !/^\d+$/.test(name)) {
    const aliases = accounts.flatMap(({ entry }) => (typeof entry["alias"] === "string" ? [entry["alias"]] : []));
    const message = `"${name}" is not an alias in accounts`;
    issues.push({ path, message, fix: didYouMean(name, aliases) });
  }
  return { id: name, path, isPattern: false };
}

function mergedRole(role: Fields, defaults: Fields, { id, account, isPattern }: Choice): Fields {
  const { accounts: _accounts, ...own } = role;
  const { environment, region } = account?.entry ?? {};
  const tags = isRecord(defaults["tags"]) && isRecord(own["tags"]) && { tags: { ...defaults["tags"], ...own["tags"] } };
  const merged = {
    ...defaults,
    ...(environment !== undefined && { environment }),
    ...(region !== undefined && { region }),
    ...own,
    ...tags,
    ...(id !== undefined && { account: id }),
  };
  if (!isPattern) return merged;
  const values: Fields = {
    alias: account?.entry["alias"] ?? id,
    account: id,
    environment: merged["environment"],
    region: merged["region"],
  };
  return Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, filled(value, values)]));
}

/** Replaces `{alias}` and the like in every text. */
function filled(value: unknown, values: Fields): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\{(alias|account|environment|region)\}/g, (braces, name: string) => {
      const replacement = values[name];
      return typeof replacement === "string" ? replacement : braces;
    });
  }
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, values));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, values)]));
}

function originOf(path: Path, origins: readonly Origin[]): Path {
  const [top, number, field, ...rest] = path;
  const origin = top === "roles" && typeof number === "number" ? origins[number] : undefined;
  if (!origin) return path;
  const { index, role, defaults, choice } = origin;
  const own = ["roles", index];
  if (field === undefined) return own;
  if (field === "account" && choice) {
    return role["accounts"] === "all" && choice.account ? ["accounts", choice.account.index, "id"] : choice.path;
  }
  const key = String(field);
  if (key === "tags" && isRecord(role["tags"]) && rest.length > 0 && !Object.hasOwn(role["tags"], String(rest[0]))) {
    return ["defaults", "tags", ...rest];
  }
  if (Object.hasOwn(role, key)) return [...own, field, ...rest];
  if ((key === "region" || key === "environment") && choice?.account && Object.hasOwn(choice.account.entry, key)) {
    return ["accounts", choice.account.index, key];
  }
  return Object.hasOwn(defaults, key) ? ["defaults", field, ...rest] : [...own, field, ...rest];
}
