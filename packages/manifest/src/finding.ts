/** A mistake before it is given its place in the file. */
export interface Finding {
  /** Keys and indices from the root. */
  readonly path: readonly PropertyKey[];
  /** What the mistake is in: the key itself, or its value. */
  readonly at: "key" | "value";
  readonly message: string;
  readonly fix: string;
}

/** A path as a person writes it: `roles[2].tags["cost center"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const name = String(step);
      if (!/^\w+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** What stands at a path; `undefined` when there is nothing. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, step) =>
      typeof parent === "object" && parent !== null && Object.hasOwn(parent, step)
        ? Reflect.get(parent, step)
        : undefined,
    value,
  );
}
