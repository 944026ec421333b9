import { isSessionName, SESSION_NAME_SHAPE } from "@agent-roles/runtime/role-env";
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./usage-error.ts";

/** Adds `--manifest FILE`. */
export function withManifest(command: Command): Command {
  return command.option("--manifest <file>", "manifest to read", "agent-roles.yaml");
}

/** `--profile`, for commands of one profile. Two different values are refused. */
export function oneProfile(description: string): Option {
  return new Option("--profile <profile>", description).argParser((value: string, earlier?: string) => {
    if (earlier === undefined || earlier === value) return value;
    throw new InvalidArgumentError(`Name one profile: ${earlier} is given, too.`);
  });
}

/** An option that can be repeated; its value is the list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, earlier?: readonly string[]) => [
    ...(earlier ?? []),
    value,
  ]);
}

/** An option whose value is parsed. @param shape - how to write one, for a text that `parse` gives nothing for. */
export function parsed(flags: string, description: string, parse: (text: string) => unknown, shape: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(shape);
    return value;
  });
}

/** An option that takes the ID of a task or a person. */
export function named(flags: string, description: string): Option {
  return parsed(flags, description, (text) => (isSessionName(text) ? text : undefined), SESSION_NAME_SHAPE);
}

/** A number without a sign or leading blanks; `undefined` for any other text, and for a number beyond the limit. */
export function wholeNumber(text: string, atMost: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) <= atMost ? Number(text) : undefined;
}

/** Parses an option that takes one of the given words. @throws {UsageError} that lists them. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new UsageError(`${option} "${text}" is not one of ${words.join(", ")}`);
  return word;
}
