import { TASK_TAGS } from "@agent-roles/runtime/role-env";
import type { Manifest } from "./manifest.ts";

/** What the sessions of the agent can carry, and so what trust policies and permissions must allow. */
export interface SessionAttributes {
  /** Keys of session tags. */
  readonly sessionTags: readonly string[];
  /** Patterns. */
  readonly sourceIdentities: readonly string[];
  /** Patterns of the role session names that are tasks, where every session must belong to one. */
  readonly requiredTaskIds?: readonly string[];
}

/**
 * The session tags that EKS Pod Identity sets; they are transitive.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
const POD_IDENTITY_TAGS = [
  "eks-cluster-arn",
  "eks-cluster-name",
  "kubernetes-namespace",
  "kubernetes-service-account",
  "kubernetes-pod-name",
  "kubernetes-pod-uid",
];

/**
 * Session tags and source identities of the agent: those of `attribution`, and those that the way into the master sets and every
 * further session inherits (EKS Pod Identity, IAM Roles Anywhere).
 */
export function sessionAttributes({ attribution = {}, master }: Manifest): SessionAttributes {
  const {
    required = false,
    sessionTags = [],
    sourceIdentities = required ? ["?*"] : [],
    taskIds = ["?*"],
  } = attribution;
  const inherited = master.trustedBy.some((entry) => "podIdentity" in entry) ? POD_IDENTITY_TAGS : [];
  // https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication.html: the certificate's common name.
  const names = master.trustedBy.flatMap((entry) => {
    if (!("rolesAnywhere" in entry)) return [];
    const name = entry.rolesAnywhere.subject.CN;
    return name !== undefined && /^[\w+=,.@-]{2,64}$/.test(name) ? [name] : ["*"];
  });
  return {
    sessionTags: [...new Set([...sessionTags, ...(required ? Object.values(TASK_TAGS) : []), ...inherited])],
    sourceIdentities: [...new Set([...sourceIdentities, ...names])],
    ...(required && { requiredTaskIds: taskIds }),
  };
}
