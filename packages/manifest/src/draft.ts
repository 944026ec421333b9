import { isRecord } from "@agent-roles/iam";
import * as z from "zod";
import type { Path } from "./manifest-issue.ts";
import { DEFAULT_DEPLOY_ROLE, DEFAULT_PARTITION, DEFAULT_ROLE_PATH } from "./manifest-schema.ts";
import { partitions } from "./regions.ts";

/** Managed policies per role in a new account. */
const ATTACHED_POLICIES_QUOTA = 10;

// A reading that never fails: values of the wrong type are left out, because the schema reports them.
const text = z.string().optional().catch(undefined);
const texts = z.array(text).catch([]);
const anyObject = z.record(z.string(), z.unknown());

/** What is not an object reads as one without fields. */
function lenient<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodPreprocess<z.ZodObject<Shape>> {
  return z.preprocess((value) => (isRecord(value) ? value : {}), z.object(shape));
}

const draftPermissions = {
  managedPolicies: texts,
  statements: z.array(z.unknown()).catch([]),
  permissionsBoundary: text,
  tags: anyObject.catch({}),
};

const draftRole = lenient({
  profile: text,
  account: text,
  roleName: text,
  region: text,
  ...draftPermissions,
  access: text,
  sessionPolicy: z.array(anyObject).catch([]),
  sessionPolicyArns: texts,
  default: z.boolean().optional().catch(undefined),
});

const draftTrustedBy = z.unknown().transform((entry) => ({
  entry,
  ...lenient({ account: text, principal: text, externalId: text }).parse(entry),
}));

const draft = lenient({
  partition: z
    .string()
    .catch(DEFAULT_PARTITION)
    .transform((name) => (partitions.includes(name) ? name : undefined)),
  rolePath: z.string().catch(DEFAULT_ROLE_PATH),
  deployRoleName: z.string().catch(DEFAULT_DEPLOY_ROLE),
  deployment: text,
  stackSets: anyObject.optional().catch(undefined),
  accounts: z.array(lenient({ alias: text, id: text, region: text, deployRoleName: text })).catch([]),
  master: lenient({
    account: text,
    roleName: text,
    path: text,
    trustedBy: z.array(draftTrustedBy).catch([]),
    ...draftPermissions,
  }),
  attribution: lenient({ sessionTags: texts }),
  roles: z.array(draftRole).catch([]),
  organization: text,
  trust: lenient({
    expect: z.array(lenient({ from: text })).catch([]),
    allowedAccounts: texts,
    quotas: lenient({ attachedPolicies: z.int().catch(ATTACHED_POLICIES_QUOTA) }),
  }),
});

/** A manifest as far as it can be read; `partition` is `undefined` where it is none that exists. */
export type Draft = z.output<typeof draft>;

export type DraftRole = Draft["roles"][number];

/** Reads what cross checks need; never fails. */
export function readDraft(value: unknown): Draft {
  return draft.parse(value);
}

/** Every text in a value, with its path from there; a key that is one, too. */
export function textsIn(
  value: unknown,
  path: Path = [],
): { readonly path: Path; readonly text: string; readonly at?: "key" }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = [...path, Array.isArray(value) ? Number(key) : key];
    return [{ path: step, text: key, at: "key" as const }, ...textsIn(inner, step)];
  });
}
