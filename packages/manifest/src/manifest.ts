import type * as z from "zod";
import type { manifestSchema } from "./manifest-schema.ts";

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** `agent-roles.yaml` after validation, with every default filled in. The descriptions of the fields are in the schema. */
export type Manifest = DeepReadonly<z.output<typeof manifestSchema>>;

/** The role the agent starts as. */
export type MasterRole = Manifest["master"];

/** Who can assume the master role. */
export type TrustedBy = MasterRole["trustedBy"][number];

/** The part of the service principal before `.amazonaws.com`. */
export type MasterService = Extract<TrustedBy, { readonly service: unknown }>["service"];

/** One Kubernetes service account, through EKS Pod Identity. */
export type PodIdentity = Extract<TrustedBy, { readonly podIdentity: unknown }>["podIdentity"];

/** Tokens of an OIDC provider: IRSA, GitHub Actions, … */
export type OidcIdentity = Extract<TrustedBy, { readonly oidc: unknown }>["oidc"];

/** One target role, exposed to the agent as one `AWS_ROLE_N`. */
export type ManifestRole = Manifest["roles"][number];

/** One StackSet with the target roles. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html */
export type StackSets = NonNullable<Manifest["stackSets"]>;
