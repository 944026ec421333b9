/** What `check --format` takes; here, apart from the formats, so that other commands do not load them. */
export const CHECK_FORMATS = ["pretty", "json", "sarif", "junit", "markdown", "github"] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];
