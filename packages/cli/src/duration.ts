/** A duration as text: `50m`, `3h 12m`, `20s`. Negative milliseconds count as zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** A point in time, in UTC and seconds: `2026-01-01T00:00:00Z`. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** A duration such as `90s`, `15m` or `2h`, in seconds; `undefined` for any other text. */
export function parseSeconds(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
}
