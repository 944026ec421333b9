import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { quote } from "@agent-roles/iam";
import type { UnknownValue } from "@agent-roles/trust";
import type { Stack } from "./stack.ts";

/** Whether a named condition holds, and how that is known. */
export interface ConditionVerdict {
  readonly holds: boolean;
  /** `undecided`: the condition is taken both ways, one variant each. */
  readonly because: "known" | "default" | "undecided";
}

/**
 * One outcome of the undecided conditions, and all that was resolved for it. Whatever is asked twice is answered from `memo`:
 * references that double at each step would otherwise take exponential time.
 */
export interface Variant {
  readonly stacks: readonly Stack[];
  /** Unnamed roles that share their logical ID with one of another stack. */
  readonly ambiguousIds: ReadonlySet<string>;
  readonly decide: (key: string) => boolean;
  /** What is put to `decide` though the parameters' defaults would decide it. */
  readonly doubted: Set<string>;
  readonly memo: Memo;
  /** What is being resolved right now, outermost first: asked again, it is a cycle. */
  readonly active: string[];
  readonly notes: Notes;
  readonly problems: Diagnostic[];
}

/** What is unknown, without repetition. */
export type Notes = Map<string, UnknownValue>;

/** A value that was resolved before, and what was unknown in it. */
interface Answer<T> {
  readonly value: T;
  readonly notes: readonly UnknownValue[];
}

/** What was resolved in this variant, by what it is. */
interface Memo {
  readonly verdicts: Map<string, Answer<ConditionVerdict>>;
  readonly texts: Map<string, Answer<string>>;
  readonly values: Map<string, Answer<unknown>>;
}

/** Resolves values of one stack in one variant. */
export interface Scope {
  readonly variant: Variant;
  readonly stack: Stack;
  /** @returns the value without intrinsics; `undefined` for `AWS::NoValue`. */
  readonly resolve: (value: unknown, at: string) => unknown;
  readonly in: (stack: Stack) => Scope;
  /** The same, with what is unknown written elsewhere. */
  readonly noting: (notes: Notes) => Scope;
}

/** Notes an unknown value and returns its placeholder. */
export function unknown<T>(
  scope: Scope,
  at: string,
  expression: unknown,
  assumed: string,
  value: T,
  cause?: UnknownValue["cause"],
): T {
  addNote(scope.variant.notes, {
    path: at,
    expression: typeof expression === "string" ? expression : quote(expression),
    assumed,
    ...(cause && { cause }),
  });
  return value;
}

/** Adds a note unless the same expression is noted for that place. */
export function addNote(notes: Notes, note: UnknownValue): void {
  const key = `${note.path}\n${note.expression}`;
  if (!notes.has(key)) notes.set(key, note);
}

/** A variant in which nothing is resolved yet. */
export function createVariant(given: Pick<Variant, "stacks" | "ambiguousIds" | "decide" | "problems">): Variant {
  const memo: Memo = { verdicts: new Map(), texts: new Map(), values: new Map() };
  return { ...given, doubted: new Set(), memo, active: [], notes: new Map() };
}

/** What {@link once} resolves. */
interface Asked<T> {
  /** In words, for the message of a cycle. */
  readonly name: string;
  readonly at: string;
  /** What a value that refers to itself reads as. */
  readonly otherwise: T;
}

/** Answers from the memo, or computes with the cycle guard on. What is unknown in the answer is noted at `at` either way. */
export function once<T>(memo: Map<string, Answer<T>>, scope: Scope, asked: Asked<T>, compute: (scope: Scope) => T): T {
  const { active, notes, problems } = scope.variant;
  const key = `${scope.stack.id}/${asked.name}`;
  let answer = memo.get(key);
  if (answer === undefined) {
    const start = active.indexOf(key);
    if (start !== -1) {
      const cycle = [...active.slice(start), key].map((step) => step.slice(step.indexOf("/") + 1));
      problems.push(cycleProblem(scope.stack, cycle));
      return asked.otherwise;
    }
    active.push(key);
    const own: Notes = new Map();
    try {
      answer = { value: compute(scope.noting(own)), notes: [...own.values()] };
    } finally {
      active.pop();
    }
    memo.set(key, answer);
  }
  for (const note of answer.notes) addNote(notes, { ...note, path: asked.at });
  return answer.value;
}

/** The problem that references form a cycle, each step named. */
export function cycleProblem({ source }: Stack, cycle: readonly string[]): Diagnostic {
  const [first = ""] = cycle;
  const line = source.lineOf?.(first.split(" ").at(-1) ?? first);
  return {
    file: source.file,
    ...(line !== undefined && { line }),
    path: first,
    message: `circular reference: ${cycle.join(" → ")}`,
    fix: "remove one of the references; CloudFormation rejects circular dependencies",
  };
}
