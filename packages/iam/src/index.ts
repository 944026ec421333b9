export { accountOf, lastSegment, parseArn, partitionOfRegion, type Arn } from "./arn.ts";
export { matchesArn, matchesResource } from "./arn-pattern.ts";
export { nameOf, readCaller, type CallerIdentity } from "./caller-identity.ts";
export { callerKeys, claimPrefix } from "./caller-keys.ts";
export { COMMON_KEYS, isMultivalued } from "./condition-keys.ts";
export { conditionsMatch } from "./conditions/condition-matches.ts";
export { inNetwork } from "./conditions/ip-network.ts";
export { OPERATOR_NAMES, parseOperator, type ConditionOperator, type OperatorUse } from "./conditions/operators.ts";
export { evaluate, evaluateAction, sortReasons } from "./evaluate.ts";
export { groupBy } from "./group-by.ts";
export { asList, asRecord, isRecord, itemsOf, quote, textOf } from "./json.ts";
export { nearest } from "./nearest.ts";
export { parseConditions, parsePolicy, readPolicy } from "./parse-policy.ts";
export * from "./policy.ts";
export { readPolicySet, type PolicySet } from "./policy-set.ts";
export { matchingPrincipals } from "./principal-matches.ts";
export type * from "./request.ts";
export {
  contextOf,
  lookUp,
  notKnown,
  stated,
  valueNotKnown,
  type ContextEntry,
  type RequestContext,
} from "./request-context.ts";
export { coversAction, type ActionRequest } from "./statement-matches.ts";
export type { Match, Truth } from "./truth.ts";
export { isUnresolved } from "./unresolved.ts";
export { matchesWildcard, type Pattern } from "./wildcard.ts";
