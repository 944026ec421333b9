import type { Rule } from "./rule.ts";
import { accountPrincipalUnscoped } from "./rules/account-principal-unscoped.ts";
import { actionPrincipalMismatch } from "./rules/action-principal-mismatch.ts";
import { assumeCycle } from "./rules/assume-cycle.ts";
import { attributionNotRequired } from "./rules/attribution-not-required.ts";
import { callerChosenAttribute } from "./rules/caller-chosen-attribute.ts";
import { chainedDuration } from "./rules/chained-duration.ts";
import { escalationPath } from "./rules/escalation-path.ts";
import { cognitoGuests } from "./rules/cognito-guests.ts";
import { externalIdWeak } from "./rules/external-id-weak.ts";
import { forAllValuesAllow } from "./rules/for-all-values-allow.ts";
import { ifExistsOnRequiredKey } from "./rules/if-exists-on-required-key.ts";
import { invalidElement } from "./rules/invalid-element.ts";
import { masterPermissionStar } from "./rules/master-permission-star.ts";
import { mfaForMachine } from "./rules/mfa-for-machine.ts";
import { mfaPattern } from "./rules/mfa-pattern.ts";
import { missingSetSourceIdentity } from "./rules/missing-set-source-identity.ts";
import { missingTagSession } from "./rules/missing-tag-session.ts";
import { multivaluedWithoutSetOperator } from "./rules/multivalued-without-set-operator.ts";
import { negatedOnlyCondition } from "./rules/negated-only-condition.ts";
import { neverMatches } from "./rules/never-matches.ts";
import { notAction } from "./rules/not-action.ts";
import { notPrincipal } from "./rules/not-principal.ts";
import { oidcGithubMutableSubject } from "./rules/oidc-github-mutable-subject.ts";
import { oidcPullRequestSubject } from "./rules/oidc-pull-request-subject.ts";
import { oidcSubjectWildcard } from "./rules/oidc-subject-wildcard.ts";
import { oidcSubjectWithoutOwner } from "./rules/oidc-subject-without-owner.ts";
import { oidcWithoutAudience } from "./rules/oidc-without-audience.ts";
import { oidcWithoutSubject } from "./rules/oidc-without-subject.ts";
import { oneSidedTrust } from "./rules/one-sided-trust.ts";
import { orphanedPrincipalId } from "./rules/orphaned-principal-id.ts";
import { partitionMismatch } from "./rules/partition-mismatch.ts";
import { podIdentityUnscoped } from "./rules/pod-identity-unscoped.ts";
import { policySize } from "./rules/policy-size.ts";
import { redundantPrincipal } from "./rules/redundant-principal.ts";
import { roleEnvMismatch } from "./rules/role-env-mismatch.ts";
import { rolePathMismatch } from "./rules/role-path-mismatch.ts";
import { rolesAnywhereActions } from "./rules/roles-anywhere-actions.ts";
import { selfAssume } from "./rules/self-assume.ts";
import { serviceWithoutSource } from "./rules/service-without-source.ts";
import { sessionArnInPrincipalArn } from "./rules/session-arn-in-principal-arn.ts";
import { sessionNameFree } from "./rules/session-name-free.ts";
import { singleValuedSetOperator } from "./rules/single-valued-set-operator.ts";
import { thirdPartyWithoutExternalId } from "./rules/third-party-without-external-id.ts";
import { transitiveTagShadowsResourceTag } from "./rules/transitive-tag-shadows-resource-tag.ts";
import { unknownAccount } from "./rules/unknown-account.ts";
import { unknownValue } from "./rules/unknown-value.ts";
import { unpopulatedKey } from "./rules/unpopulated-key.ts";
import { wildcardAction } from "./rules/wildcard-action.ts";
import { wildcardInPrincipalArn } from "./rules/wildcard-in-principal-arn.ts";
import { wildcardPrincipalWeakCondition } from "./rules/wildcard-principal-weak-condition.ts";
import { wildcardPrincipal } from "./rules/wildcard-principal.ts";
import { wildcardWithoutLike } from "./rules/wildcard-without-like.ts";

/** Every rule, from who gets in to what does not work. */
export const rules: readonly Rule[] = [
  wildcardPrincipal,
  wildcardPrincipalWeakCondition,
  notPrincipal,
  notAction,
  wildcardAction,
  invalidElement,
  actionPrincipalMismatch,
  wildcardInPrincipalArn,
  orphanedPrincipalId,
  accountPrincipalUnscoped,
  unknownAccount,
  thirdPartyWithoutExternalId,
  externalIdWeak,
  forAllValuesAllow,
  ifExistsOnRequiredKey,
  negatedOnlyCondition,
  mfaPattern,
  mfaForMachine,
  sessionArnInPrincipalArn,
  wildcardWithoutLike,
  unpopulatedKey,
  neverMatches,
  singleValuedSetOperator,
  multivaluedWithoutSetOperator,
  missingTagSession,
  missingSetSourceIdentity,
  transitiveTagShadowsResourceTag,
  callerChosenAttribute,
  attributionNotRequired,
  sessionNameFree,
  serviceWithoutSource,
  oidcWithoutAudience,
  oidcWithoutSubject,
  oidcSubjectWildcard,
  oidcSubjectWithoutOwner,
  oidcGithubMutableSubject,
  oidcPullRequestSubject,
  cognitoGuests,
  podIdentityUnscoped,
  rolesAnywhereActions,
  redundantPrincipal,
  policySize,
  masterPermissionStar,
  oneSidedTrust,
  chainedDuration,
  rolePathMismatch,
  assumeCycle,
  selfAssume,
  escalationPath,
  partitionMismatch,
  roleEnvMismatch,
  unknownValue,
];
