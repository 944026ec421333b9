import { readFile } from "node:fs/promises";
import { parseRoleArn } from "@agent-roles/runtime/role-env";
import type { Answered, AssumeRoleParameters } from "@agent-roles/trust";
import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { UsageError } from "../describe-error.ts";
import { visible } from "../visible.ts";
import { readTrustSet, type TrustSet, type TrustSetOptions, withTrustSet } from "../trust-set.ts";

const HELP = `
A role that the templates declare comes with its policies; what others may do is taken as not known.
A target of the manifest is asked for with its own external id, unless --external-id gives another.

Exit codes: 0 allowed · 1 denied or uncertain · 2 wrong usage or input

Examples:
  agent-roles explain --from arn:aws:iam::123456789012:role/agent-roles-master/agent-master \\
    --to arn:aws:iam::123456789013:role/agent-roles/MySecondRole
  agent-roles explain --request question.json --json`;

interface ExplainOptions extends TrustSetOptions {
  readonly from?: string;
  readonly to?: string;
  readonly request?: string;
  readonly json?: true;
  readonly externalId?: string;
  readonly sessionTag?: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string;
  readonly action?: string;
}

/** `agent-roles explain`: one AssumeRole decision, step by step. */
export function explainCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withTrustSet(new Command("explain"))
    .description("explain one AssumeRole decision, step by step, offline or in a live account")
    .option("--from <arn>", "who calls: a role, a session, a user, an identity provider, a service")
    .option("--to <arn>", "the role that is to be assumed")
    .option("--external-id <id>", "the external id that the call passes")
    .option("--session-tag <key=value>", "a session tag that the call passes; repeat it for more", addTag)
    .option("--source-identity <name>", "the source identity that the call passes")
    .option("--action <action>", "sts:AssumeRole unless the caller is an identity provider")
    .option("--request <file>", "the whole question as JSON instead; - reads it from standard input")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: ExplainOptions) => {
      const answered = await answerTo(paths, options, context);
      const { question, answer } = visible(answered);
      const { answerText } = await import("../explain/answer-text.ts");
      context.out(
        options.json
          ? JSON.stringify({ ...answered.answer, question: answered.question }, null, 2)
          : answerText(question, answer, context.color),
      );
      exitWith(answer.decision === "allowed" ? 0 : 1);
    });
}

async function answerTo(paths: readonly string[], options: ExplainOptions, context: CliContext): Promise<Answered> {
  const { from, to, request: file, live } = options;
  if (file !== undefined) {
    if (from !== undefined || to !== undefined || live || paths.length > 0)
      throw new UsageError("--request holds the whole question; leave out --from, --to, --live and paths");
    const { readQuestion } = await import("../explain/read-question.ts");
    const { evaluateAssumeRole } = await import("@agent-roles/trust");
    const text = file === "-" ? await context.stdin() : await readText(file);
    const question = readQuestion(text, file === "-" ? "standard input" : file);
    return { question, answer: evaluateAssumeRole(question) };
  }
  if (from === undefined || to === undefined) {
    throw new UsageError("who assumes what?\n  fix: give --from ARN and --to ARN, or --request FILE");
  }
  // A plain policy file is taken for the trust policy that is asked about.
  return askAbout(
    from,
    to,
    await readTrustSet(paths, { ...options, ...(parseRoleArn(to) && { roleArn: to }) }, context),
    options,
  );
}

async function askAbout(from: string, to: string, set: TrustSet, options: ExplainOptions): Promise<Answered> {
  const { ask, knownCaller } = await import("@agent-roles/trust");
  const { findCaller } = await import("../explain/find-caller.ts");
  const role = set.roles.find(({ arn }) => arn === to);
  if (!role) {
    const known = set.roles.map(({ arn }) => `\n    ${arn}`).slice(0, 20);
    throw new UsageError(
      `--to ${to}: no such role in ${[...set.files, ...set.liveAccounts].join(", ")}\n  fix: give one of${known.join("")}`,
    );
  }
  const declared = set.context.expectedRoles?.find(({ roleArn }) => roleArn === to)?.externalId;
  const request: AssumeRoleParameters = {
    ...definedOnly({
      externalId: options.externalId ?? declared,
      sourceIdentity: options.sourceIdentity,
      action: options.action,
    }),
    ...(options.sessionTag && { sessionTags: options.sessionTag }),
  };
  return ask(findCaller(from, set.roles, set.context, knownCaller), role, request, set.context);
}

function definedOnly(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function addTag(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("A session tag is written key=value.");
  return { ...earlier, [key]: value };
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(`--request ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
