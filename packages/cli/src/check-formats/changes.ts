import type { AccessChange, AccessChangeKind } from "@agent-roles/trust";
import type pc from "picocolors";
import { markdownCode, markdownTable, markdownText } from "./markdown-text.ts";

/** Terminal colours, or none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** The changes of access, for a terminal. */
export function changesBlock(changes: readonly AccessChange[], colors: Colors): string {
  if (changes.length === 0) return "No change in who can assume what.";
  const lines = changes.flatMap((change) => [
    `  ${colors[COLOURS[change.kind]](change.kind.padEnd("narrowed".length))}  ${change.from} → ${change.to}`,
    ...conditionTexts(change).map((text) => colors.dim(`            ${text}`)),
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
    conditionTexts(change).map(markdownText).join("<br>"),
  ]);
  return `${heading}\n\n${markdownTable(["", "who", "can assume", "actions", "when"], rows)}`;
}

const MARKS: Readonly<Record<AccessChangeKind, string>> = {
  new: "🔴 **new**",
  widened: "🟠 **widened**",
  narrowed: "🟢 narrowed",
  removed: "⚪ removed",
};

const COLOURS = { new: "red", widened: "yellow", narrowed: "green", removed: "dim" } as const;

/** On which conditions a principal could, and can, assume the role. */
export function conditionTexts({ was, is }: AccessChange): readonly string[] {
  return [...(was === undefined ? [] : [`was: ${was}`]), ...(is === undefined ? [] : [`is: ${is}`])];
}
