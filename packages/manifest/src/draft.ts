import * as z from "zod";
import { DEFAULT_PARTITION, DEFAULT_ROLE_PATH } from "./manifest-schema.ts";

// A reading that never fails: whatever has the wrong type is left out, for the schema reports that.
const text = z.string().optional().catch(undefined);
const texts = z.array(text).catch([]);

const draftRole = z
  .object({
    profile: text,
    account: text,
    roleName: text,
    managedPolicies: texts,
    permissionsBoundary: text,
    sessionPolicyArns: texts,
    default: z.boolean().optional().catch(undefined),
  })
  .catch({ managedPolicies: [], sessionPolicyArns: [] });

const draftExpectation = z.object({ from: text }).catch({ from: undefined });

const draft = z
  .object({
    partition: z.string().catch(DEFAULT_PARTITION),
    rolePath: z.string().catch(DEFAULT_ROLE_PATH),
    master: z
      .object({ account: text, roleName: text, path: text, trustedBy: z.array(z.unknown()).catch([]) })
      .catch({ trustedBy: [] }),
    roles: z.array(draftRole).catch([]),
    organization: text,
    trust: z.object({ expect: z.array(draftExpectation).catch([]) }).catch({ expect: [] }),
  })
  .catch({
    partition: DEFAULT_PARTITION,
    rolePath: DEFAULT_ROLE_PATH,
    master: { trustedBy: [] },
    roles: [],
    organization: undefined,
    trust: { expect: [] },
  });

export interface DraftRole {
  readonly profile?: string | undefined;
  readonly account?: string | undefined;
  readonly roleName?: string | undefined;
  readonly managedPolicies: readonly (string | undefined)[];
  readonly permissionsBoundary?: string | undefined;
  readonly sessionPolicyArns: readonly (string | undefined)[];
  readonly default?: boolean | undefined;
}

/** A manifest as far as it can be read. */
export interface Draft {
  readonly partition: string;
  readonly rolePath: string;
  readonly master: {
    readonly account?: string | undefined;
    readonly roleName?: string | undefined;
    readonly path?: string | undefined;
    /** Every ARN in `trustedBy`, with its path from there. */
    readonly trustedBy: readonly { readonly path: readonly PropertyKey[]; readonly arn: string }[];
  };
  readonly roles: readonly DraftRole[];
  readonly organization?: string | undefined;
  readonly trust: { readonly expect: readonly { readonly from?: string | undefined }[] };
}

/** Reads what cross checks need; never fails. */
export function readDraft(value: unknown): Draft {
  const { master, ...rest } = draft.parse(value);
  return { ...rest, master: { ...master, trustedBy: arnsIn(master.trustedBy, []) } };
}

function arnsIn(value: unknown, path: readonly PropertyKey[]): { path: readonly PropertyKey[]; arn: string }[] {
  if (typeof value === "string") return value.startsWith("arn:") ? [{ path, arn: value }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    arnsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
