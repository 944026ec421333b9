/** Wrong usage of a command. */
export class UsageError extends Error {}
