/** Keys and indexes from the root of a manifest. */
export type Path = readonly PropertyKey[];

/** A mistake in a manifest, before its line and column are known. */
export interface ManifestIssue {
  readonly path: Path;
  /** Default: the value is wrong, not the key. */
  readonly at?: "key";
  readonly message: string;
  readonly fix: string;
  /** Default: an error, which makes the manifest invalid. */
  readonly severity?: "warning";
}

/** A path as a person writes it: `roles[2].tags["cost center"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const name = String(step);
      if (!/^\w+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}
