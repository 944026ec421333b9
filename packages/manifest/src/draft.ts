import * as z from "zod";
import { DEFAULT_DEPLOY_ROLE, DEFAULT_PARTITION, DEFAULT_ROLE_PATH } from "./manifest-schema.ts";

/** Managed policies per role in a new account. */
const ATTACHED_POLICIES_QUOTA = 10;
const DEFAULT_QUOTAS = { attachedPolicies: ATTACHED_POLICIES_QUOTA };

// A reading that never fails: whatever has the wrong type is left out, for the schema reports that.
const text = z.string().optional().catch(undefined);
const texts = z.array(text).catch([]);

const draftPermissions = {
  managedPolicies: texts,
  statements: z.array(z.unknown()).catch([]),
  permissionsBoundary: text,
  tags: z.record(z.string(), z.unknown()).catch({}),
};

const draftRole = z
  .object({
    profile: text,
    account: text,
    roleName: text,
    region: text,
    ...draftPermissions,
    access: text,
    sessionPolicy: z.array(z.record(z.string(), z.unknown())).catch([]),
    sessionPolicyArns: texts,
    default: z.boolean().optional().catch(undefined),
  })
  .catch({
    managedPolicies: [],
    statements: [],
    tags: {},
    access: undefined,
    sessionPolicy: [],
    sessionPolicyArns: [],
  });

const draftTrustedBy = z.unknown().transform((entry) => ({
  entry,
  ...z.object({ account: text, principal: text, externalId: text }).catch({}).parse(entry),
}));

const draftAccount = z.object({ alias: text, id: text, region: text, deployRoleName: text }).catch({});

const draftExpectation = z.object({ from: text }).catch({ from: undefined });

const draft = z
  .object({
    partition: z.string().catch(DEFAULT_PARTITION),
    rolePath: z.string().catch(DEFAULT_ROLE_PATH),
    deployRoleName: z.string().catch(DEFAULT_DEPLOY_ROLE),
    deployment: text,
    stackSets: z.record(z.string(), z.unknown()).optional().catch(undefined),
    accounts: z.array(draftAccount).catch([]),
    master: z
      .object({
        account: text,
        roleName: text,
        path: text,
        trustedBy: z.array(draftTrustedBy).catch([]),
        ...draftPermissions,
      })
      .catch({ trustedBy: [], managedPolicies: [], statements: [], tags: {} }),
    attribution: z.object({ sessionTags: texts }).catch({ sessionTags: [] }),
    roles: z.array(draftRole).catch([]),
    organization: text,
    trust: z
      .object({
        expect: z.array(draftExpectation).catch([]),
        allowedAccounts: texts,
        quotas: z.object({ attachedPolicies: z.int().catch(ATTACHED_POLICIES_QUOTA) }).catch(DEFAULT_QUOTAS),
      })
      .catch({ expect: [], allowedAccounts: [], quotas: DEFAULT_QUOTAS }),
  })
  .catch({
    partition: DEFAULT_PARTITION,
    rolePath: DEFAULT_ROLE_PATH,
    deployRoleName: DEFAULT_DEPLOY_ROLE,
    deployment: undefined,
    stackSets: undefined,
    accounts: [],
    master: { trustedBy: [], managedPolicies: [], statements: [], tags: {} },
    attribution: { sessionTags: [] },
    roles: [],
    organization: undefined,
    trust: { expect: [], allowedAccounts: [], quotas: DEFAULT_QUOTAS },
  });

type Text = string | undefined;

interface DraftPermissions {
  readonly managedPolicies: readonly Text[];
  readonly statements: readonly unknown[];
  readonly permissionsBoundary?: Text;
  readonly tags: Readonly<Record<string, unknown>>;
}

export interface DraftRole extends DraftPermissions {
  readonly profile?: Text;
  readonly account?: Text;
  readonly roleName?: Text;
  readonly region?: Text;
  readonly access?: Text;
  readonly sessionPolicy: readonly unknown[];
  readonly sessionPolicyArns: readonly Text[];
  readonly default?: boolean | undefined;
}

/** A manifest as far as it can be read. */
export interface Draft {
  readonly partition: string;
  readonly rolePath: string;
  readonly deployRoleName: string;
  readonly deployment?: Text;
  readonly stackSets?: Readonly<Record<string, unknown>> | undefined;
  readonly accounts: readonly {
    readonly alias?: Text;
    readonly id?: Text;
    readonly region?: Text;
    readonly deployRoleName?: Text;
  }[];
  readonly master: DraftPermissions & {
    readonly account?: Text;
    readonly roleName?: Text;
    readonly path?: Text;
    readonly trustedBy: readonly {
      readonly entry: unknown;
      readonly account?: Text;
      readonly principal?: Text;
      readonly externalId?: Text;
    }[];
  };
  readonly attribution: { readonly sessionTags: readonly Text[] };
  readonly roles: readonly DraftRole[];
  readonly organization?: Text;
  readonly trust: {
    readonly expect: readonly { readonly from?: Text }[];
    readonly allowedAccounts: readonly Text[];
    readonly quotas: { readonly attachedPolicies: number };
  };
}

/** Reads what cross checks need; never fails. */
export function readDraft(value: unknown): Draft {
  return draft.parse(value);
}

/** Every ARN in a value, with its path from there. */
export function arnsIn(value: unknown, path: readonly PropertyKey[]): { path: readonly PropertyKey[]; arn: string }[] {
  if (typeof value === "string") return value.startsWith("arn:") ? [{ path, arn: value }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    arnsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
