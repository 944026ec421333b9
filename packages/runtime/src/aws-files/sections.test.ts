import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editSections, readSections } from "./sections.ts";

const edit = (header: string, ...lines: string[]) => ({ header, note: "n", lines });
const gone = (header: string) => ({ header, note: "n" });

describe("editSections", () => {
  it("makes a first section in an empty file", () => {
    expect(editSections("", [edit("a", "region = 1")])).toBe("[a]\n# agent-roles: n\nregion = 1\n");
  });

  it("appends below foreign sections and leaves them byte for byte", () => {
    const foreign = "; mine\n[work]\naws_access_key_id=AKIAEXAMPLE   \n\n# end without a newline";
    expect(editSections(foreign, [edit("a", "region = 1")])).toBe(`${foreign}\n\n[a]\n# agent-roles: n\nregion = 1\n`);
  });

  it("replaces its own section in place, keeping comments and added settings", () => {
    const text = "[a]\n# agent-roles: old\nregion = eu-west-1\noutput = json\n\n# about b\n[b]\nx = 1\n";
    expect(editSections(text, [edit("a", "region = us-east-1")])).toBe(
      "[a]\n# agent-roles: n\nregion = us-east-1\noutput = json\n\n# about b\n[b]\nx = 1\n",
    );
  });

  it("removes its own section and the second of two, never a comment", () => {
    const text =
      "[a]\n# agent-roles: old\nregion = x\n# about b\n[b]\nx = 1\n[c]\n# agent-roles: 1\n[c]\n# agent-roles: 2\n";
    expect(editSections(text, [gone("a"), edit("c")])).toBe("# about b\n[b]\nx = 1\n[c]\n# agent-roles: n\n");
  });

  it.each([
    ["a", "b", "c"],
    ["c", "b", "a"],
    ["b", "a", "c"],
  ])("leaves no blank lines when it removes what it wrote: %s, %s, %s", (...order) => {
    for (const foreign of ["", "[own]\nx = 1\n\n"]) {
      let text = editSections(
        foreign,
        ["a", "b", "c"].map((header) => edit(header, "region = 1")),
      );
      for (const header of order) text = editSections(text, [gone(header)]);
      expect(text).toBe(foreign);
    }
  });

  it("never touches a section of the same name that is not ours", () => {
    const text = "[a]\naws_access_key_id = AKIAEXAMPLE\n";
    expect(editSections(text, [gone("a")])).toBe(text);
  });

  it("overwrites such a section with adopt, and drops settings that would shadow ours", () => {
    const text = "# top\n[a]\nrole_arn = arn:aws:iam::123456789012:role/other\n# note\n[b]\nx = 1\n";
    expect(editSections(text, [edit("a", "region = 1")], true)).toBe(
      "# top\n[a]\n# agent-roles: n\nregion = 1\n# note\n[b]\nx = 1\n",
    );
  });

  it("writes CRLF into a file of CRLF", () => {
    expect(editSections("[b]\r\nx = 1\r\n", [edit("a", "region = 1")])).toBe(
      "[b]\r\nx = 1\r\n\r\n[a]\r\n# agent-roles: n\r\nregion = 1\r\n",
    );
  });

  it("reads a line of half a million blanks in linear time: anything else takes longer than a test can", () => {
    const blanks = " ".repeat(500_000);
    const [section] = readSections(`[a]${blanks}\nkey${blanks}= x${blanks}y\nnone${blanks}\n${blanks}\n`);
    expect(section?.values).toEqual({ key: `x${blanks}y` });
  });

  it("finds a section behind a byte order mark", () => {
    const mark = Buffer.from("\ufeff").toString("latin1");
    expect(readSections(`${mark}[a]\nregion = 1\n`)).toMatchObject([{ header: "a", line: 1, managed: false }]);
  });

  it("leaves no second spelling of a setting of ours: botocore refuses a file with both", () => {
    const text = "[a]\n# agent-roles: old\nRegion = eu-west-1\nregion: x\ns3 =\n  region = nested\n";
    expect(editSections(text, [edit("a", "region = us-east-1")])).toBe(
      "[a]\n# agent-roles: n\nregion = us-east-1\ns3 =\n  region = nested\n",
    );
  });

  it("ends a line at a lone CR, as botocore does", () => {
    expect(readSections("# note\r[a]\rx = 1\r")).toMatchObject([{ header: "a", line: 2, values: { x: "1" } }]);
    expect(editSections("[b]\rx = 1\r", [edit("a", "region = 1")])).toBe(
      "[b]\rx = 1\r\n[a]\n# agent-roles: n\nregion = 1\n",
    );
  });

  it("changes nothing when asked twice", () => {
    const edits = [edit("a", "region = 1"), edit("profile b", "region = eu-west-1")];
    const once = editSections("[z]\nx = 1", edits);
    expect(editSections(once, edits)).toBe(once);
  });
});

describe("whatever the file holds", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "[default]",
      "[ours]",
      "[work]",
      "[profile x]",
      "  [indented]",
      '[profile "q"]',
      "# c",
      "; c",
      "",
      " ",
      "k = v",
      "  nested = 1",
    ),
    fc
      .string({ unit: "binary", maxLength: 12 })
      .map((text) => Buffer.from(text).toString("latin1").replaceAll("\n", "")),
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 20 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
    .map(([lines, eol, closed]) => lines.join(eol) + (closed ? eol : ""));

  it("keeps every foreign byte: removing what was added gives the file again", () => {
    fc.assert(
      fc.property(file, (text) => {
        const added = editSections(text, [edit("agent", "region = 1")]);
        expect(added.startsWith(text)).toBe(true);
        const eol = text.includes("\r\n") ? "\r\n" : "\n";
        const kept = editSections(added, [gone("agent")]);
        expect(kept.startsWith(text)).toBe(true);
        const padding = kept.slice(text.length);
        expect(["", eol, eol + eol]).toContain(padding);
      }),
      { numRuns: 1_000 },
    );
  });

  it("sees the profile that it wrote, once", () => {
    fc.assert(
      fc.property(file, (text) => {
        const written = editSections(editSections(text, [edit("agent", "region = 1")]), [edit("agent", "region = 2")]);
        const sections = readSections(written).filter(({ header }) => header === "agent");
        expect(sections).toMatchObject([{ managed: true, values: { region: "2" } }]);
      }),
      { numRuns: 1_000 },
    );
  });
});

it.each(["\n", "\r", "\r\n", "\0", "\u001b"])(
  "refuses a value with %j, which would become a line of its own",
  (character) => {
    const injected = `token${character}[default]${character}credential_process = evil`;
    const refused = expect.objectContaining({ code: "StoreFailed" });
    expect(() => editSections("", [edit("Prod", `aws_session_token = ${injected}`)])).toThrow(refused);
    expect(() => editSections("", [{ ...edit("Prod", "region = eu-west-1"), note: injected }])).toThrow(refused);
  },
);

describe("a value that would end its line", () => {
  const ENDS = ["\n", "\r", "\0", "\u000B", "\u007F", "\u010A", "\u560A"];

  it.each(ENDS.flatMap((end) => ["header", "note", "lines"].map((part) => [part, end] as const)))(
    "is refused by the writer: %s with %j",
    (part, end) => {
      const value = `x${end}[default]`;
      const wrong = { header: "a", note: "n", lines: ["region = 1"], [part]: part === "lines" ? [value] : value };
      expect(() => editSections("", [wrong])).toThrow(expect.objectContaining({ code: "StoreFailed" }));
    },
  );
});

it("edits a file of half a million lines", () => {
  const foreign = "[profile x]\nregion = eu-west-1\n".repeat(250_000);
  expect(editSections(foreign, [edit("a", "region = 1")])).toBe(`${foreign}\n[a]\n# agent-roles: n\nregion = 1\n`);
});
