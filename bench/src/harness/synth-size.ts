export const ACCOUNTS: readonly string[] = Array.from({ length: 200 }, (_, index) => String(100_000_000_000 + index));
export const ROLES_AN_ACCOUNT = 5;

/** In the first of the accounts. */
export const MASTER_ACCOUNT = "100000000000";
