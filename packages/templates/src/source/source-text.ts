import type { Diagnostic } from "@agent-roles/runtime/role-env";

/** A place in a text. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** The value of a JSON or YAML text, and where its parts are. */
export interface SourceText {
  /** Several YAML documents give a list. */
  readonly value: unknown;
  /** The line of a member, by its keys from the root; a reader can know the two outer levels only. */
  readonly lineOf: (...keys: readonly string[]) => number | undefined;
  /** What another reader of the same text can read differently. */
  readonly warnings: readonly Diagnostic[];
}

/** Why a text has no value. */
export interface SyntaxErrors {
  readonly errors: readonly [Diagnostic, ...Diagnostic[]];
}

/** Templates, plans and policies are flat; recursion over this many levels cannot overflow the stack. */
export const DEEPEST = 200;

/** The warning that an object has a key twice. */
export function duplicateKey(key: string, file: string, place: Place): Diagnostic {
  const message = `Duplicate key "${key}": only the last value would be used`;
  return { file, ...place, message, fix: "keep one of them" };
}
