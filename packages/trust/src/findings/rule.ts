import type { Statement } from "@agent-roles/iam";
import type { Severity } from "../severity.ts";
import type { ExpectedRole, SourceLocation } from "../trust-model.ts";
import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";

/** The result of a rule; ID, severity, role, statement and location are filled in. */
export interface Violation {
  /** Names the value. */
  readonly message: string;
  /** What to write instead; the rule's own fix unless given. */
  readonly fix?: string;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** The statement's label, where the rule looks at a whole role. */
  readonly statement?: string | number | undefined;
  /** A role's ARN and where it is asked for, where no role of the set is meant. */
  readonly role?: string;
  readonly location?: SourceLocation;
}

/** One thing that can be wrong, and how it is found: in each statement of a trust policy, in a role, in the whole set. */
export interface Rule {
  /** The file's name. */
  readonly id: string;
  readonly severity: Severity;
  /** Why it matters, without a full stop. */
  readonly why: string;
  /** What to do, in general. */
  readonly fix: string;
  /** Looks at the statement alone, so that equal statements are checked once. */
  readonly checkStatement?: (statement: Statement) => Iterable<Violation>;
  readonly checkStatementOf?: (statement: Statement, role: IndexedRole, index: RoleIndex) => Iterable<Violation>;
  readonly checkRole?: (role: IndexedRole, index: RoleIndex) => Iterable<Violation>;
  /** Its complaints name the role themselves. */
  readonly checkSet?: (index: RoleIndex) => Iterable<Violation & { readonly role: string }>;
}

/** Role and location of a finding about one `AWS_ROLE_N`. */
export function inEnvironment({ roleArn, variable, location }: ExpectedRole): {
  readonly role: string;
  readonly location: SourceLocation;
} {
  return { role: roleArn, location: location ?? { file: variable } };
}
