import { expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";

const KNOWN = ["memory", "synth"];

function read(...args: string[]) {
  const commandLine = readCommandLine(args, KNOWN);
  if ("usage" in commandLine) return commandLine;
  const { scale, ...rest } = commandLine;
  return { ...rest, roles: scale(500), repetitions: scale(3) };
}

it("runs every bench in full when none is named", () => {
  expect(read()).toEqual({ names: KNOWN, json: false, small: false, roles: 500, repetitions: 3 });
});

it("takes several names, JSON and a small size", () => {
  const expected = { names: ["synth", "memory"], json: true, small: true, roles: 10, repetitions: 1 };
  expect(read("--only", "synth", "--only=memory", "--json", "--small")).toEqual(expected);
});

it.each([
  ["an unknown name", ["--only", "nothing"], '"nothing" is not a bench'],
  ["an unknown flag", ["--fast"], "--fast"],
  ["a name without --only", ["synth"], "synth"],
  ["--only without a name", ["--only"], "--only"],
])("refuses %s and lists the benches", (_, args, message) => {
  expect(read(...args)).toHaveProperty("usage", expect.stringContaining(message));
  expect(read(...args)).toHaveProperty("usage", expect.stringContaining("benches: memory, synth"));
});
