export const ROLES_AN_ACCOUNT = 5;

/** The first of the accounts. */
export const MASTER_ACCOUNT = "100000000000";

export function accounts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(Number(MASTER_ACCOUNT) + index));
}
