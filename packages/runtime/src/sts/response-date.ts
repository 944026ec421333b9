/**
 * AWS's time in an HTTP answer, milliseconds since the epoch; `undefined` when the answer does not tell.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-date
 */
export function responseDate(response: unknown): number | undefined {
  const date = property(property(response, "headers"), "date");
  // Half of the second that the header leaves out.
  const time = typeof date === "string" ? Date.parse(date) + 500 : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
