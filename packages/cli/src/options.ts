import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./usage-error.ts";

/** Adds `--manifest FILE`. */
export function withManifest(command: Command): Command {
  return command.option("--manifest <file>", "manifest to read", "agent-roles.yaml");
}

/** `--profile`, for commands of one profile. Two different ones are refused: nobody knows which is meant. */
export function oneProfile(description: string): Option {
  return new Option("--profile <profile>", description).argParser((value: string, earlier?: string) => {
    if (earlier === undefined || earlier === value) return value;
    throw new InvalidArgumentError(`Name one profile: ${earlier} is given, too.`);
  });
}

/** An option that collects the values of its uses. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, earlier: readonly string[] = []) => [
    ...earlier,
    value,
  ]);
}

/** Parses an option that takes one of the given words. @throws {UsageError} that lists them. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new UsageError(`${option} "${text}" is not one of ${words.join(", ")}`);
  return word;
}
