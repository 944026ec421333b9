import type { AccessChange, AccessChangeKind } from "@agent-roles/trust";
import type pc from "picocolors";
import { markdownCode, markdownTable, markdownText } from "./markdown-text.ts";

/** Terminal colours, or none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** What changed in who can assume what, for a terminal. */
export function changesBlock(changes: readonly AccessChange[], colors: Colors): string {
  if (changes.length === 0) return "No change in who can assume what.";
  const lines = changes.flatMap((change) => [
    `  ${paint(change.kind, colors)(change.kind.padEnd("narrowed".length))}  ${change.from} → ${change.to}`,
    ...conditions(change).map(([name, text]) => colors.dim(`            ${name}: ${text}`)),
  ]);
  return [colors.bold("Who can assume what: what changed"), ...lines].join("\n");
}

/** The same as a table for a pull request. */
export function changesMarkdown(changes: readonly AccessChange[]): string {
  const heading = "#### Who can assume what: what changed";
  if (changes.length === 0) return `${heading}\n\nNothing.`;
  const rows = changes.map((change) => [
    MARKS[change.kind],
    markdownCode(change.from),
    markdownCode(change.to),
    change.actions.map((action) => markdownCode(action)).join(" "),
    conditions(change)
      .map(([name, text]) => `${name}: ${markdownText(text)}`)
      .join("<br>"),
  ]);
  return `${heading}\n\n${markdownTable(["", "who", "can assume", "actions", "when"], rows)}`;
}

const MARKS: Readonly<Record<AccessChangeKind, string>> = {
  new: "🔴 **new**",
  widened: "🟠 **widened**",
  narrowed: "🟢 narrowed",
  removed: "⚪ removed",
};

function conditions({ was, is }: AccessChange): readonly (readonly [string, string])[] {
  const both = [
    ["was", was],
    ["is", is],
  ] as const;
  return both.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

function paint(kind: AccessChangeKind, colors: Colors): (text: string) => string {
  switch (kind) {
    case "new":
      return colors.red;
    case "widened":
      return colors.yellow;
    case "narrowed":
      return colors.green;
    case "removed":
      return colors.dim;
  }
}
