/** `AWS_ROLE_1` to `AWS_ROLE_<count>`. */
export function manyRoles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `AWS_ROLE_${index + 1}`,
      `arn:aws:iam::123456789013:role/agent-roles/Role${index}:Profile${index}`,
    ]),
  );
}
