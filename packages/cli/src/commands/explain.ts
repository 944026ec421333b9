import { definedOnly, escapeControlCharacters, parseRoleArn } from "@agent-roles/runtime/role-env";
import { readFileOrPipe } from "@agent-roles/runtime/role-sources";
import type { AssumeRoleParameters, Simulation } from "@agent-roles/trust";
import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { readTrustSet, type TrustSet, type TrustSetOptions, warnOfUnread, withTrustSet } from "../trust-set.ts";

const HELP = `
The policies of roles in the templates are known; the policies of other callers are unknown.
A call to a target role of the manifest passes the role's external ID; --external-id overrides it.
Token claims that are not given are unknown. The provider is optional in a claim's name: sub, or token.actions.githubusercontent.com:sub.

Exit codes: 0 allowed · 1 denied or uncertain · 2 wrong usage or input

Examples:
  agent-roles explain --from arn:aws:iam::123456789012:role/agent-roles-master/agent-master \\
    --to arn:aws:iam::123456789013:role/agent-roles/MySecondRole
  agent-roles explain --request request.json --json`;

interface ExplainOptions extends TrustSetOptions {
  readonly from?: string;
  readonly to?: string;
  readonly request?: string;
  readonly json?: true;
  readonly externalId?: string;
  readonly sessionTag?: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string;
  readonly claim?: Readonly<Record<string, readonly string[]>>;
  readonly action?: string;
}

/** `agent-roles explain`: one AssumeRole decision, step by step. */
export function explainCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withTrustSet(new Command("explain"))
    .description("explain one AssumeRole decision, step by step, offline or in a live account")
    .option("--from <arn>", "caller: a role, role session, user, identity provider or AWS service")
    .option("--to <arn>", "role to assume")
    .option("--external-id <id>", "external ID of the call")
    .option("--session-tag <key=value>", "session tag of the call (repeatable)", addTag)
    .option("--claim <name=value>", "claim of the caller's token or assertion, such as sub=… (repeatable)", addClaim)
    .option("--source-identity <name>", "source identity of the call")
    .option("--action <action>", "sts:AssumeRole unless the caller is an identity provider")
    .option("--request <file>", "read the whole request as JSON instead; - is standard input")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: ExplainOptions) => {
      const { request, answer } = await simulation(paths, options, context);
      const { answerText } = await import("../explain/answer-text.ts");
      context.out(
        options.json
          ? JSON.stringify({ ...answer, question: request }, null, 2)
          : answerText(escapeControlCharacters(request), escapeControlCharacters(answer), context.color),
      );
      exitWith(answer.decision === "allowed" ? 0 : 1);
    });
}

async function simulation(paths: readonly string[], options: ExplainOptions, context: CliContext): Promise<Simulation> {
  const { from, to, request: file, live } = options;
  if (file !== undefined) {
    if (from !== undefined || to !== undefined || live || paths.length > 0)
      throw new UsageError("--request contains the whole request\n  fix: Remove --from, --to, --live and paths.");
    const { readRequest } = await import("../explain/read-request.ts");
    const { evaluateAssumeRole } = await import("@agent-roles/trust");
    const text = file === "-" ? await context.stdin() : await readText(file);
    const request = readRequest(text, file === "-" ? "standard input" : file);
    return { request, answer: evaluateAssumeRole(request) };
  }
  if (from === undefined || to === undefined) {
    throw new UsageError("--from and --to are required\n  fix: Add --from ARN and --to ARN, or --request FILE.");
  }
  // A standalone policy file is taken for the trust policy of --to.
  const set = await readTrustSet(paths, { ...options, ...(parseRoleArn(to) && { roleArn: to }) }, context);
  warnOfUnread(set, context);
  return simulateCall(from, to, set, options);
}

async function simulateCall(from: string, to: string, set: TrustSet, options: ExplainOptions): Promise<Simulation> {
  const { claimContext, findCaller, simulate } = await import("@agent-roles/trust");
  const role = set.roles.find(({ arn }) => arn === to);
  if (!role) {
    const known = set.roles.map(({ arn }) => `\n    ${arn}`).slice(0, 20);
    throw new UsageError(
      `--to ${to}: no such role in ${[...set.files, ...set.liveAccounts].join(", ")}\n  fix: Use one of${known.join("")}`,
    );
  }
  const found = findCaller(from, set.roles, set.context);
  if (!found) {
    throw new UsageError(
      `--from "${from}" is neither an ARN nor a service\n  fix: Use the ARN of a role (arn:aws:iam::<account>:role/<name>), user, session or identity provider, or a service such as ec2.amazonaws.com.`,
    );
  }
  const { claim } = options;
  if (claim && !("federated" in found.caller)) {
    throw new UsageError(
      `--claim: ${from} has no token\n  fix: Set --from to an identity provider, or remove --claim.`,
    );
  }
  const declared = set.context.expectedRoles?.find(({ roleArn }) => roleArn === to)?.externalId;
  const { sourceIdentity, action, sessionTag: sessionTags } = options;
  const request: AssumeRoleParameters = definedOnly({
    externalId: options.externalId ?? declared,
    sourceIdentity,
    action,
    sessionTags,
    context: claim && claimContext(from, claim),
  });
  return simulate(found, role, request, set.context);
}

function addTag(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { key, value } = pair(text, "A session tag");
  return { ...earlier, [key]: value };
}

function addClaim(
  text: string,
  earlier: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const { key, value } = pair(text, "A claim");
  return { ...earlier, [key]: [...(earlier[key] ?? []), value] };
}

function pair(text: string, what: string): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError(`${what} is written key=value.`);
  return { key, value };
}

async function readText(file: string): Promise<string> {
  return readFileOrPipe(file).catch((error: unknown) => {
    throw new UsageError(`--request ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
