import { expect, it } from "vitest";
import { exampleChange, exampleFinding, exampleReport } from "./example-report.test-helper.ts";
import { markdownReport } from "./markdown-report.ts";
import { markdownCode, markdownText } from "./markdown-text.ts";

it("shows findings as a table, below one line that says whether the check failed", () => {
  const text = markdownReport(exampleReport());
  expect(text).toMatch(/^### ❌ agent-roles check\n/);
  expect(text).toContain(
    "| severity | finding | role | what and how to fix it | where |\n| --- | --- | --- | --- | --- |",
  );
  expect(markdownReport(exampleReport({ findings: [] }))).toMatch(/^### ✅ /);
});

it("keeps a row in one line of as many cells, whatever a message holds", () => {
  const finding = exampleFinding({
    message: "a|b\n| c <script>x</script> [d](https://example.com) @team",
    role: "arn:aws:iam::123456789012:role/`a`|b",
  });
  const row = markdownReport(exampleReport({ findings: [finding] }))
    .split("\n")
    .find((line) => line.startsWith("| critical"));
  expect(row?.match(/(?<!\\)\|/g)).toHaveLength(6);
  expect(row).not.toMatch(/<script|\]\(|@team/);
});

it("folds away what is suppressed, with its reason", () => {
  const text = markdownReport(exampleReport({ findings: [], suppressed: [{ ...exampleFinding(), reason: "a demo" }] }));
  expect(text).toContain("<details><summary>1 suppressed</summary>");
  expect(text).toContain("anyone in the world can assume it | a demo");
});

it.each([
  ["a mention", "ping @octocat", "&#64;&#8203;octocat"],
  ["an issue", "see #1", "&#35;&#8203;1"],
  ["an issue of another repository", "octo/repo#1", "octo/repo&#35;&#8203;1"],
  ["an address", "mailto:a@b.example", "mailto:a&#64;&#8203;b.example"],
  ["a host", "www.evil.example WWW.evil.example", "www&#46;evil.example WWW&#46;evil.example"],
  ["a URL", "https://evil.example", "https&#58;//evil.example"],
  ["an image", "![i](x)", "!&#91;i&#93;(x)"],
  ["an entity", "&lt;b&gt;", "&#38;lt;b&#38;gt;"],
])("makes no link of %s in a message", (_, text, written) => {
  expect(markdownText(text)).toContain(written);
});

it("fences code that holds backticks", () => {
  expect(markdownCode("a``b")).toBe("``` a``b ```");
  expect(markdownCode("a|b")).toBe("`a\\|b`");
  expect(markdownText("*a*")).toBe("&#42;a&#42;");
});

it("shows every change as one row, whatever its conditions hold", () => {
  const text = markdownReport(
    exampleReport({ findings: [], changes: [exampleChange(), exampleChange({ kind: "narrowed" })] }),
  );
  const rows = text.split("\n").filter((line) => /^\| (🔴|🟢)/u.test(line));
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
});
