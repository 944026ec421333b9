import type { PolicyDocument } from "@agent-roles/trust";

/** An address as it can be in an ARN. */
export function plain(address: string): string {
  return address.replaceAll(/[^\w.-]+/gu, ".");
}

/** A policy whose content is unknown. */
export function unknownDocument(expression: string): PolicyDocument {
  return { Statement: `\${${plain(expression)}}` };
}
