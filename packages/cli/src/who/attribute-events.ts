import { accountOf, valueAt } from "@agent-roles/iam";
import { type TargetRole, TASK_TAGS } from "@agent-roles/runtime/role-env";

/** Who did what is in one event of CloudTrail. The shape is fixed: `who --json` prints it. */
export interface AttributedEvent {
  readonly eventId: string | null;
  readonly eventTime: string | null;
  /** `s3:GetObject`. */
  readonly event: string | null;
  readonly person: string | null;
  readonly task: string | null;
  /** The profiles of the role, joined by ", ". */
  readonly profile: string | null;
  readonly accountId: string | null;
  readonly roleArn: string | null;
  /** The master's ARN, where an event of AssumeRole shows it. */
  readonly caller: string | null;
  /** Why the event is not attributed to a person, a task and a profile. */
  readonly unresolved?: string;
}

/** What is read of a session, in its AssumeRole event or in its later events. */
interface Session {
  readonly person: string | undefined;
  readonly task: string | undefined;
  readonly roleArn: string | undefined;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string | undefined;
  readonly caller: string | undefined;
}

/** Session names of calls that name no task: of this program, of AWS's clients. */
const NO_TASK = /^(agent-roles|botocore-session-\d+|aws-cli-session-\w+|aws-sdk-\w+-\d+|aws-go-sdk-\d+)$/;

/**
 * Attributes events of CloudTrail. An event of AssumeRole among them says more about the later events of its session: the caller, and the tags.
 *
 * @param events - records of CloudTrail, as parsed JSON.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function attributeEvents(events: readonly unknown[], roles: readonly TargetRole[]): AttributedEvent[] {
  const assumed = new Map<string, Session>();
  for (const event of events) {
    const key = textAt(event, "responseElements", "credentials", "accessKeyId");
    if (key !== undefined && isAssumeRole(event)) assumed.set(key, assumedSession(event));
  }
  return events.map((event) => attribute(event, assumed, roles));
}

function attribute(
  event: unknown,
  assumed: ReadonlyMap<string, Session>,
  roles: readonly TargetRole[],
): AttributedEvent {
  const session = isAssumeRole(event) ? assumedSession(event) : laterSession(event, assumed);
  const { person, task, roleArn, arn, caller } = session;
  const profiles = roles.filter(({ role }) =>
    roleArn === undefined ? sessionArnOf(role) === withoutName(arn) : role.arn === roleArn,
  );
  const profile = profiles.map((each) => each.profile).join(", ");
  const unresolved = reasonOf(event, session, profile === "" && roles.length > 0);
  const [service = ""] = (textAt(event, "eventSource") ?? "").split(".");
  const name = textAt(event, "eventName");
  return {
    eventId: textAt(event, "eventID") ?? null,
    eventTime: textAt(event, "eventTime") ?? null,
    event: name === undefined ? null : `${service}:${name}`,
    person: person ?? null,
    task: task ?? null,
    profile: profile || null,
    accountId: accountOf(roleArn ?? arn) ?? null,
    roleArn: roleArn ?? null,
    caller: caller ?? null,
    ...(unresolved !== undefined && { unresolved }),
  };
}

function reasonOf(event: unknown, { person, task, roleArn, arn }: Session, isForeign: boolean): string | undefined {
  if (textAt(event, "eventName") === undefined) return "this is not a CloudTrail event: it has no eventName";
  if (roleArn === undefined && arn === undefined) {
    const who =
      textAt(event, "userIdentity", "arn") ??
      textAt(event, "userIdentity", "invokedBy") ??
      textAt(event, "userIdentity", "type");
    return `${who ?? "the caller"} is not a role session`;
  }
  if (isForeign) return `no AWS_ROLE_N declares the role ${roleArn ?? arn}`;
  const name = arn === undefined ? "" : ` (its name is "${nameOf(arn)}")`;
  const lacking = [
    ...(person === undefined ? ["no source identity"] : []),
    ...(task === undefined ? [`no task${name}`] : []),
  ];
  return lacking.length > 0 ? `the session has ${lacking.join(" and ")}` : undefined;
}

function isAssumeRole(event: unknown): boolean {
  return (
    textAt(event, "eventSource") === "sts.amazonaws.com" &&
    textAt(event, "eventName")?.startsWith("AssumeRole") === true
  );
}

function assumedSession(event: unknown): Session {
  const tags = new Map(
    listAt(event, "requestParameters", "tags").map((tag) => [textAt(tag, "key") ?? "", textAt(tag, "value")]),
  );
  const name = textAt(event, "requestParameters", "roleSessionName");
  return {
    person:
      textAt(event, "requestParameters", "sourceIdentity") ??
      textAt(event, "responseElements", "sourceIdentity") ??
      textAt(event, "userIdentity", "sessionContext", "sourceIdentity"),
    task: tags.get(TASK_TAGS.task) ?? taskIn(name),
    roleArn: textAt(event, "requestParameters", "roleArn"),
    arn: textAt(event, "responseElements", "assumedRoleUser", "arn"),
    caller: textAt(event, "userIdentity", "arn") ?? textAt(event, "userIdentity", "principalId"),
  };
}

function laterSession(event: unknown, assumed: ReadonlyMap<string, Session>): Session {
  const first = assumed.get(textAt(event, "userIdentity", "accessKeyId") ?? "");
  const arn = textAt(event, "userIdentity", "arn");
  const isSession = textAt(event, "userIdentity", "type") === "AssumedRole" && arn !== undefined;
  return {
    person: textAt(event, "userIdentity", "sessionContext", "sourceIdentity") ?? first?.person,
    task: first?.task ?? (isSession ? taskIn(nameOf(arn)) : undefined),
    roleArn: isSession ? textAt(event, "userIdentity", "sessionContext", "sessionIssuer", "arn") : undefined,
    arn: isSession ? arn : undefined,
    caller: first?.caller,
  };
}

function taskIn(sessionName: string | undefined): string | undefined {
  return sessionName === undefined || NO_TASK.test(sessionName) ? undefined : sessionName;
}

function nameOf(sessionArn: string): string {
  return sessionArn.slice(sessionArn.lastIndexOf("/") + 1);
}

/** Session ARNs drop the role's path. */
function sessionArnOf({ partition, accountId, roleName }: TargetRole["role"]): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${roleName}`;
}

function withoutName(sessionArn: string | undefined): string | undefined {
  return sessionArn?.slice(0, sessionArn.lastIndexOf("/"));
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}
