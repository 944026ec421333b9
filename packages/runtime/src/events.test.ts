import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { EVENTS } from "./events.ts";

const DOCUMENT = new URL("../../../docs/events.md", import.meta.url);

/** The part of docs/events.md that follows from the declarations. */
function eventsTable(): string {
  const rows = Object.entries(EVENTS).flatMap(([type, { level, what, fields }]) => [
    `### \`${type}\` · ${level}`,
    "",
    what,
    "",
    ...Object.entries(fields).map(([name, text]) => `- \`${name}\`: ${text}`),
    "",
  ]);
  return rows.join("\n");
}

it("are documented as they are declared", async () => {
  const text = await readFile(DOCUMENT, "utf8");
  const documented = text.slice(text.indexOf("### "));
  expect(documented.trimEnd(), "docs/events.md: copy the received text below its introduction").toBe(
    eventsTable().trimEnd(),
  );
});
