import { UsageError } from "./usage-error.ts";

/** Parses an option that takes one of the given words. @throws {UsageError} that lists them. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new UsageError(`${option} "${text}" is not one of ${words.join(", ")}`);
  return word;
}
