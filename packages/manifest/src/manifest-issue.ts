/** A mistake in a manifest, before its line and column are known. */
export interface ManifestIssue {
  /** Keys and indices from the root. */
  readonly path: readonly PropertyKey[];
  /** Default: the value is wrong, not the key. */
  readonly at?: "key";
  readonly message: string;
  readonly fix: string;
  /** Default: an error, which makes the manifest invalid. */
  readonly severity?: "warning";
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

/** The value at a path, or `undefined`. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, step) =>
      typeof parent === "object" && parent !== null && Object.hasOwn(parent, step)
        ? Reflect.get(parent, step)
        : undefined,
    value,
  );
}
