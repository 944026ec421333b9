import type { Diagnostic } from "./diagnostic.ts";
import type { Report } from "./env.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";
import type { TargetRole } from "./target-role.ts";

/** STS takes at most this many characters of inline policy and policy ARNs together. */
export const PLAIN_TEXT_LIMIT = 2048;

/** What of that the policies of `view` and `read` leave for Deny statements of the role. */
export const DENY_LIMIT = 500;

const FORM =
  'write one JSON object, such as {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}';

/** One statement of a session policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * A session policy without blanks, which AWS would count; `undefined` for one with a mistake. Checked as far as a client can: the grammar of
 * actions and conditions is AWS's.
 */
export function parseSessionPolicy(text: string, report: Report): string | undefined {
  const policy = parseJsonObject(text);
  const mistake = mistakeOf(policy);
  if (mistake) report(mistake);
  return mistake ? undefined : JSON.stringify(policy);
}

/** The statements of a policy that {@link parseSessionPolicy} gave. */
export function statementsOf(sessionPolicy: string): readonly Statement[] {
  const { Statement: statements }: { Statement: Statement | Statement[] } = JSON.parse(sessionPolicy);
  return [statements].flat();
}

type Name = "access" | "sessionPolicy" | "sessionPolicyArns";

/**
 * Session policies that are too long, or that would add to an access level: AWS allows what *any* session policy of a call
 * allows, so only Deny statements narrow it further.
 *
 * @param names - what each is called where it was written, for the paths and fixes.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (`Policy`)
 */
export function sessionPolicyMistakes(
  policies: { readonly [Each in Name]?: TargetRole[Each] | undefined },
  names: Readonly<Record<Name, string>>,
): Diagnostic[] {
  const { access = "full", sessionPolicy = "", sessionPolicyArns = [] } = policies;
  const length = sessionPolicy.length + sessionPolicyArns.join("").length;
  if (access === "full" && length > PLAIN_TEXT_LIMIT) {
    const message = `the session policies have ${length} characters; STS takes ${PLAIN_TEXT_LIMIT}`;
    const fix = `drop Sids and statements, join actions with wildcards, or move statements into a managed policy in ${names.sessionPolicyArns}`;
    return [{ path: sessionPolicy ? names.sessionPolicy : names.sessionPolicyArns, message, fix }];
  }
  if (access === "full") return [];
  const found: Diagnostic[] = [];
  const isFull = `set ${names.access} to full`;
  const message = `adds to what the access level ${access} allows: AWS allows what any session policy allows`;
  if (sessionPolicyArns.length > 0)
    found.push({ path: names.sessionPolicyArns, message, fix: `remove it, or ${isFull}` });
  if (sessionPolicy && statementsOf(sessionPolicy).some(({ Effect }) => Effect === "Allow")) {
    found.push({ path: names.sessionPolicy, message, fix: `keep only its Deny statements, or ${isFull}` });
  } else if (sessionPolicy.length > DENY_LIMIT) {
    const tooLong = `has ${sessionPolicy.length} characters; the access level ${access} leaves ${DENY_LIMIT} of the ${PLAIN_TEXT_LIMIT} that STS takes`;
    const fix = "drop Sids and statements, or move Deny statements into a policy of the role";
    found.push({ path: names.sessionPolicy, message: tooLong, fix });
  }
  return found;
}

function mistakeOf(policy: JsonObject | undefined): { readonly message: string; readonly fix: string } | undefined {
  if (!policy) return { message: "is not a JSON object", fix: FORM };
  if (policy["Version"] !== "2012-10-17") return { message: "has another Version", fix: 'add "Version":"2012-10-17"' };
  const unknown = Object.keys(policy).find((name) => !["Version", "Id", "Statement"].includes(name));
  if (unknown !== undefined) return { message: `has the unknown element "${unknown}"`, fix: FORM };
  const statements = [policy["Statement"]].flat();
  if (statements.length === 0) return { message: "has no statement", fix: FORM };
  const wrong = statements.findIndex((statement) => !isStatement(statement));
  if (wrong >= 0) {
    const fix = "give it Effect (Allow or Deny), Action or NotAction, Resource or NotResource, and no Principal";
    return { message: `statement ${wrong + 1} is not a statement of a session policy`, fix };
  }
  if (/[^\u0020-\u00ff]/.test(JSON.stringify(policy)))
    return { message: "has characters that STS refuses", fix: "use Latin-1 characters only" };
  return undefined;
}

const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

function isStatement(value: unknown): boolean {
  if (!isJsonObject(value) || (value["Effect"] !== "Allow" && value["Effect"] !== "Deny")) return false;
  const names = Object.keys(value);
  const hasOne = (name: string): boolean => names.includes(name) !== names.includes(`Not${name}`);
  return hasOne("Action") && hasOne("Resource") && names.every((name) => STATEMENT_ELEMENTS.has(name));
}
