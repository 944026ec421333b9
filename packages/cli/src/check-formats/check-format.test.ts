import { expect, it } from "vitest";
import { exampleReport } from "./example-report.test-helper.ts";
import { formatCheck } from "./check-format.ts";
import { CHECK_FORMATS } from "./format-names.ts";

it.each(CHECK_FORMATS)(
  "%s lists the files that were not read, with line and reason, and does not fail for them",
  (format) => {
    const unread = [{ file: "templates/broken.json", line: 3, reason: "it has a comment" }];
    const options = { color: false, rules: [], version: "1.2.3" };
    const text = formatCheck(format, exampleReport({ findings: [], unread }), options);
    for (const part of ["templates/broken.json", "3", "it has a comment"]) expect(text).toContain(part);
    expect(formatCheck(format, exampleReport({ findings: [] }), options)).not.toContain("not read");
  },
);
