import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";
import { exampleChange, exampleFinding, exampleReport, FIRST, SECOND } from "./example-report.test-helper.ts";
import { junitReport } from "./junit-report.ts";

const parser = new XMLParser({
  ignoreAttributes: false,
  htmlEntities: true,
  attributeNamePrefix: "",
  isArray: (name) => ["testsuite", "testcase", "failure"].includes(name),
});

function read(changes: Parameters<typeof exampleReport>[0]) {
  const xml = junitReport(exampleReport(changes));
  expect(XMLValidator.validate(xml)).toBe(true);
  return parser.parse(xml).testsuites;
}

it("has a suite for each file, a failing case for each finding, a passing one for each role without", () => {
  const suites = read({});
  expect(suites).toMatchObject({ tests: "2", failures: "1", errors: "0", skipped: "0" });
  const cases = suites.testsuite.flatMap((suite: { testcase: unknown[] }) => suite.testcase);
  expect(cases).toHaveLength(2);
  expect(cases).toContainEqual(expect.objectContaining({ classname: FIRST, name: "no findings" }));
  expect(cases).toContainEqual(
    expect.objectContaining({
      classname: SECOND,
      name: "wildcard-principal, statement 0",
      failure: [expect.objectContaining({ type: "critical", message: "anyone in the world can assume it" })],
    }),
  );
});

it("passes what is below the threshold and still prints it", () => {
  const suites = read({ findings: [exampleFinding({ severity: "medium" })] });
  expect(suites).toMatchObject({ tests: "2", failures: "0" });
  expect(JSON.stringify(suites)).toContain("anyone in the world");
});

it("skips what is suppressed, with the reason", () => {
  const suites = read({ findings: [], suppressed: [{ ...exampleFinding(), reason: "a demo" }] });
  expect(suites).toMatchObject({ tests: "2", failures: "0", skipped: "1" });
  expect(JSON.stringify(suites)).toContain("suppressed: a demo");
});

it("prints every change in a separate suite, where none fails", () => {
  const changes = [exampleChange(), exampleChange({ kind: "removed" })];
  const { testsuite: suites } = read({ findings: [], changes });
  const suite = suites.find(({ name }: { name: string }) => name === "who can assume what: what changed");
  expect(suite).toMatchObject({ tests: "2", failures: "0" });
  expect(suite.testcase[0]).toMatchObject({
    name: "new: arn:aws:iam::999999999999:root",
    classname: SECOND,
    "system-out": "sts:AssumeRole, sts:TagSession\nis: StringEquals sts:ExternalId: a|b\n::error::x",
  });
});

it("stays XML whatever a message holds, and gives it back", () => {
  const message = `<a b="c">&amp;]]> 'd'\tönly 🎭`;
  const suites = read({
    findings: [exampleFinding({ message: `${message}\u001B[31m\uD800`, location: { file: `"<&>"` } })],
  });
  const [suite] = suites.testsuite;
  expect(suite.name).toBe(`"<&>"`);
  expect(suite.testcase[0].failure[0].message).toBe(`${message}\uFFFD[31m\uFFFD`);
});
