import type { ConditionOperator } from "./operator.ts";
import { inNetwork } from "./ip-network.ts";

/** An address in a CIDR range, IPv4 or IPv6; a single address is a range of one. */
export const ipAddress: ConditionOperator = {
  matches: (policy, request) => inNetwork(policy.text, request),
};

export const notIpAddress: ConditionOperator = { ...ipAddress, negated: true };
