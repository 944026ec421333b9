import { describe, expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";

const KNOWN = ["memory", "synth"];

describe("readCommandLine", () => {
  it("asks for every bench when none is named", () => {
    expect(readCommandLine([], KNOWN)).toEqual({ names: KNOWN, json: false });
  });

  it("takes several names, and JSON", () => {
    const expected = { names: ["synth", "memory"], json: true };
    expect(readCommandLine(["--only", "synth", "--only=memory", "--json"], KNOWN)).toEqual(expected);
  });

  it.each([
    ["an unknown name", ["--only", "nothing"], '"nothing" is not a bench'],
    ["an unknown flag", ["--fast"], "--fast"],
    ["a name without --only", ["synth"], "synth"],
    ["--only without a name", ["--only"], "--only"],
  ])("refuses %s and tells what there is", (_, args, said) => {
    const answer = readCommandLine(args, KNOWN);
    expect(answer).toHaveProperty("usage", expect.stringContaining(said));
    expect(answer).toHaveProperty("usage", expect.stringContaining("benches: memory, synth"));
  });
});
