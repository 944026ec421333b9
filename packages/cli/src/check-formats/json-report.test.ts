import { expect, it } from "vitest";
import { exampleFinding, exampleReport } from "./example-report.test-helper.ts";
import { jsonReport } from "./json-report.ts";

it("has the fields that other tools rely on", () => {
  const suppressed = [{ ...exampleFinding(), reason: "a demo" }];
  const report = JSON.parse(jsonReport(exampleReport({ suppressed })));
  expect(Object.keys(report)).toEqual(["findings", "suppressed", "summary", "unread"]);
  expect(report.findings[0]).toEqual(exampleFinding());
  expect(Object.keys(report.findings[0])).toEqual([
    "id",
    "severity",
    "role",
    "statement",
    "message",
    "fix",
    "location",
  ]);
  expect(report.suppressed[0]).toEqual({ ...exampleFinding(), reason: "a demo" });
});
