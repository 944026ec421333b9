import { UsageError } from "../usage-error.ts";

/**
 * The events of a file of CloudTrail: one event, an array, `{ "Records": […] }` as CloudTrail delivers it, `{ "Events": […] }` of
 * `aws cloudtrail lookup-events`, or one event per line.
 *
 * @param file - where the text comes from, as messages name it.
 * @throws {UsageError} when it is not JSON.
 */
export function readEvents(text: string, file: string): readonly unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw notJson(file, "it is empty");
  try {
    return unwrap(JSON.parse(text));
  } catch (error) {
    if (lines.length === 1) throw notJson(file, reasonOf(error));
  }
  return lines.flatMap((line, index) => {
    try {
      return unwrap(JSON.parse(line));
    } catch (error) {
      throw notJson(`${file}:${index + 1}`, reasonOf(error));
    }
  });
}

function unwrap(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(unwrap);
  if (typeof value !== "object" || value === null) return [value];
  if ("Records" in value && Array.isArray(value.Records)) return value.Records;
  if ("Events" in value && Array.isArray(value.Events)) return value.Events.flatMap(unwrap);
  // lookup-events has the event itself as text.
  return "CloudTrailEvent" in value && typeof value.CloudTrailEvent === "string"
    ? [JSON.parse(value.CloudTrailEvent)]
    : [value];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notJson(file: string, reason: string): UsageError {
  const fix = "give events of CloudTrail as JSON: one event, an array, a file of a trail, or one event per line";
  return new UsageError(`${file}: is not JSON: ${reason}\n  fix: ${fix}`);
}
