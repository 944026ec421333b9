import { ManifestError, parseManifest } from "@agent-roles/manifest";
import { trustedByEntry, TRUSTED_BY_FORMS } from "./trusted-by.ts";

/** The answers that a manifest is made of, as a person writes them. */
export interface InitAnswers {
  readonly partition: string;
  /** Account ID of the master role. */
  readonly master: string;
  /** See `TRUSTED_BY_FORMS`. */
  readonly trustedBy: readonly string[];
  /** `alias=ID` each. */
  readonly accounts: readonly string[];
}

export const SCHEMA_FILE = "agent-roles.schema.json";

function isAccount(text: string): boolean {
  return /^[^=]+=\d{12}$/.test(text);
}

function aliasOf(account: string): string {
  return account.slice(0, account.indexOf("="));
}

/** @returns the text of a manifest, or every mistake in the answers with its fix. */
export function initManifest(
  answers: InitAnswers,
): { readonly text: string } | { readonly mistakes: readonly string[] } {
  const { master, trustedBy, accounts } = answers;
  const mistakes: string[] = [];
  const require = (option: string, value: string, isRight: boolean, fix: string): void => {
    if (isRight) return;
    mistakes.push(
      value === "" ? `${option} is missing\n  fix: ${fix}` : `${option} "${value}" is wrong\n  fix: ${fix}`,
    );
  };
  const isMaster = /^\d{12}$/.test(master);
  require("--master", master, isMaster, "Write the twelve digits of the account of the master role.");
  for (const each of orMissing(trustedBy)) {
    require("--trusted-by", each, trustedByEntry(each) !== undefined, `Write one of ${TRUSTED_BY_FORMS}.`);
  }
  for (const each of orMissing(accounts)) {
    require("--account", each, isAccount(each), "Write alias=ID, with the twelve digits of the account.");
  }
  // The manifest itself knows all further rules. What is wrong already is replaced, so that the others are checked too.
  const checked: InitAnswers = {
    ...answers,
    master: isMaster ? master : "111111111111",
    trustedBy: orMissing(trustedBy).map((each) => (trustedByEntry(each) ? each : "account:111111111111")),
    accounts: accounts.filter(isAccount),
  };
  const text = manifestText(checked);
  if (checked.accounts.length > 0 || mistakes.length === 0) mistakes.push(...manifestMistakes(text, checked));
  return mistakes.length > 0 ? { mistakes } : { text };
}

function orMissing(values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : [""];
}

/** What the manifest says about the answers, each once and with the option that it comes from. */
function manifestMistakes(text: string, { master, trustedBy, accounts, partition }: InitAnswers): readonly string[] {
  try {
    parseManifest(text, "agent-roles.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    // A wrong alias is reported where it is, and again where it becomes a profile.
    const inAccounts = error.problems.filter(({ path }) => path?.startsWith("accounts"));
    const wrongAliases = new Set(inAccounts.map(({ message }) => quoted(message)));
    const problems = error.problems.filter(
      ({ path, message }) => !path?.startsWith("roles") || !wrongAliases.has(quoted(message)),
    );
    const texts = problems.map(({ path = "", message, fix }) => {
      const [, list, index] = /^(?:master\.)?(trustedBy|accounts)\[(\d+)\]/.exec(path) ?? [];
      let option = `--account ${accounts.find((each) => message.includes(JSON.stringify(aliasOf(each)))) ?? ""}`;
      if (path === "partition") option = `--partition ${partition}`;
      else if (list === "trustedBy") option = `--trusted-by ${trustedBy[Number(index)]}`;
      else if (list === "accounts") option = `--account ${accounts[Number(index)]}`;
      else if (path.startsWith("master")) option = `--master ${master}`;
      const found = /is in partition ([\w-]+)/.exec(message)?.[1];
      return `${option}: ${message}\n  fix: ${found === undefined ? fix : `Add --partition ${found}, or ${fix}.`}`;
    });
    return [...new Set(texts)];
  }
}

/** The value that a message is about. */
function quoted(message: string): string | undefined {
  return /"([^"]*)"/.exec(message)?.[1];
}

function manifestText({ partition, master, trustedBy, accounts }: InitAnswers): string {
  const lines = [
    `# yaml-language-server: $schema=./${SCHEMA_FILE}`,
    "",
    "# The roles of an agent. agent-roles deploy creates them, agent-roles env prints their AWS_ROLE_N values.",
    ...(partition === "aws" ? [] : [`partition: ${JSON.stringify(partition)}`, ""]),
    "",
    "# The role that the agent starts as. It can assume the roles below and nothing else.",
    "master:",
    `  account: ${JSON.stringify(master)}`,
    "  roleName: agent-master",
    "  # Who can assume the master role.",
    "  trustedBy:",
    ...trustedBy.flatMap((each) => trustedByEntry(each) ?? []).map((line) => `    ${line}`),
    "",
    "accounts:",
    ...accounts.map((each) => `  - { alias: ${JSON.stringify(aliasOf(each))}, id: "${each.slice(-12)}" }`),
    "",
    "# What a session can do of what its role can do: view lists, read also reads data except secrets, full is everything.",
    "# A role can have an access of its own.",
    "defaults:",
    "  access: read",
    "",
    "# Tasks: sessions that carry a task and the person who asked, in CloudTrail too. required: no session without them.",
    "# attribution: required",
    "# Tags and people that sessions can carry, without demanding them:",
    "# attribution:",
    '#   sessionTags: ["agent-roles:task", "agent-roles:on-behalf-of"]',
    '#   sourceIdentities: ["*@example.com"]',
    "",
    "roles:",
    "  # One role in each account. Its profile is the alias of the account.",
    '  - profile: "{alias}"',
    "    accounts: all",
    "    roleName: agent-read",
    `    managedPolicies: ["arn:${partition}:iam::aws:policy/ReadOnlyAccess"]`,
    "",
  ];
  return lines.join("\n");
}
