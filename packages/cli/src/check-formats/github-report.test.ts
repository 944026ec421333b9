import { expect, it } from "vitest";
import { exampleChange, exampleFinding, exampleReport, SECOND } from "./example-report.test-helper.ts";
import { githubReport } from "./github-report.ts";

const first = (changes: Parameters<typeof exampleFinding>[0]): string | undefined =>
  githubReport(exampleReport({ findings: [exampleFinding(changes)] })).split("\n")[0];

it("annotates the file and the line of a finding", () => {
  expect(first({})).toBe(
    `::error file=cdk.out/agent-roles-123456789013.template.json,line=7,title=wildcard-principal (critical)::${SECOND}, statement 0: anyone in the world can assume it%0Afix: name the principals`,
  );
});

it("leaves out the line that is not known", () => {
  expect(first({ location: { file: "a.json" } })).toMatch(/^::error file=a.json,title=/);
});

it("names no file for what was read through IAM", () => {
  expect(first({ location: { file: "live", path: "reader" } })).toMatch(/^::error title=/);
});

it.each([
  ["critical", "error"],
  ["high", "error"],
  ["error", "error"],
  ["medium", "warning"],
  ["low", "warning"],
  ["info", "notice"],
] as const)("shows %s as %s", (severity, command) => {
  expect(first({ severity })).toMatch(new RegExp(`^::${command} `));
});

it("cannot be made to say another command, another property or another file", () => {
  const line = first({
    message: "100%\r\n::error file=evil::x",
    location: { file: "C:\\a,line=1::b%.json", line: 3 },
  });
  expect(line).toContain("file=C%3A\\a%2Cline=1%3A%3Ab%25.json,line=3,");
  expect(line).toContain("100%25%0D%0A::error file=evil::x");
});

it("warns of new and widened access beside the role, after the findings, and of no other change", () => {
  const kinds = ["new", "widened", "narrowed", "removed"] as const;
  const changes = kinds.map((kind) => exampleChange({ kind }));
  const lines = githubReport(exampleReport({ changes })).split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[1]).toBe(
    `::warning file=cdk.out/agent-roles-123456789013.template.json,line=7,title=new-access::arn:aws:iam::999999999999:root can now assume ${SECOND} (sts:AssumeRole, sts:TagSession)%0Ais: StringEquals sts:ExternalId: a|b%0A::error::x`,
  );
  expect(lines[2]).toMatch(/^::warning .*title=widened-access::/);
  expect(lines[3]).toContain("access: 1 new, 1 widened");
});
