/** Characters that would change how an ARN is split or matched. */
const MEANINGFUL_IN_ARNS = /[^A-Za-z0-9._ -]+/gu;

const PLACEHOLDER = /\$\{[^{}]*\}/gu;

/**
 * The text for a value that is unknown: `${Name}`. It holds no colon, slash or wildcard, so that an ARN with it still falls into the
 * right parts: `AWS::AccountId` reads `${AWS.AccountId}`.
 */
export function placeholder(name: string): string {
  return `\${${name.replace(MEANINGFUL_IN_ARNS, ".")}}`;
}

/** Whether a resolved value holds a placeholder anywhere. */
export function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === "string") return value.search(PLACEHOLDER) !== -1;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsPlaceholder);
}

/** Splits as `Fn::Split` does, but never inside a placeholder. */
export function splitText(text: string, delimiter: string): readonly string[] {
  const parts = [""];
  let from = 0;
  const append = (piece: string): void => {
    const [first = "", ...rest] = piece.split(delimiter);
    parts.push(`${parts.pop() ?? ""}${first}`, ...rest);
  };
  for (const match of text.matchAll(PLACEHOLDER)) {
    append(text.slice(from, match.index));
    parts.push(`${parts.pop() ?? ""}${match[0]}`);
    from = match.index + match[0].length;
  }
  append(text.slice(from));
  return parts;
}
