import {
  type Arn,
  asList,
  type Defect,
  isRecord,
  lastSegment,
  parseArn,
  parsePolicy,
  type PolicyKind,
  quote,
  readPolicy,
  type Statement,
  textOf,
} from "@agent-roles/iam";
import type { SourceLocation, TrustRole, UnknownValue } from "../trust-model.ts";

/** A role with its policies read once for all rules. */
export interface IndexedRole {
  readonly role: TrustRole;
  /** `undefined` when the text is no role's ARN. */
  readonly arn: Arn | undefined;
  /** Without its path. */
  readonly name: string;
  /** `account/name`, as principals and variables refer to it; `undefined` without an ARN. */
  readonly key: string | undefined;
  readonly trust: readonly Statement[];
  /** What AWS rejects in the trust policy. */
  readonly defects: readonly Defect[];
  /** Of all identity policies whose text is known. */
  readonly identity: readonly Statement[];
  /** `undefined` when there is no boundary. */
  readonly boundary: readonly Statement[] | undefined;
}

/**
 * Reads a role, whatever the JSON: what is missing is taken as empty, what is no policy shows up as a defect.
 *
 * @param share gives a document in place of an equal one.
 */
export function readRole(given: unknown, share: (policy: unknown) => unknown = (policy) => policy): IndexedRole {
  const role = toTrustRole(given, share);
  const named = parseArn(role.arn);
  const arn = named?.service === "iam" && named.resource.startsWith("role/") ? named : undefined;
  const { policy: trust, defects } = parsePolicy(role.trustPolicy, "trust policy");
  const name = arn ? lastSegment(arn.resource) : role.arn;
  return {
    role,
    arn,
    name,
    key: arn && `${arn.account}/${name}`,
    trust: trust.statements,
    defects,
    identity: role.identityPolicies.flatMap((policy) => read(policy, "identity policy")),
    boundary:
      role.permissionsBoundary === undefined ? undefined : read(role.permissionsBoundary, "permissions boundary"),
  };
}

function read(document: unknown, kind: PolicyKind): readonly Statement[] {
  return readPolicy(document, kind).statements;
}

/** The types promise all this; an unchecked file does not. */
function toTrustRole(given: unknown, share: (policy: unknown) => unknown): TrustRole {
  if (!isRecord(given)) {
    return { ...nothing, arn: quote(given), trustPolicy: asPolicy(given) };
  }
  const { arn, identityPolicies, managedPolicyArns, unknowns, location, tags, permissionsBoundary } = given;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what rules rely on is checked in the next lines
  const role = given as unknown as TrustRole;
  return {
    ...role,
    arn: typeof arn === "string" ? arn : quote(arn),
    trustPolicy: asPolicy(share(given["trustPolicy"])),
    identityPolicies: listOf(identityPolicies).map((policy) => asPolicy(share(policy))),
    managedPolicyArns: listOf(managedPolicyArns).filter((each) => typeof each === "string"),
    ...(permissionsBoundary !== undefined && { permissionsBoundary: asPolicy(share(permissionsBoundary)) }),
    tags: isRecord(tags) ? mapTexts(tags) : {},
    unknowns: listOf(unknowns).filter(isUnknownValue),
    location: isLocation(location) ? location : nothing.location,
  };
}

const nothing: Omit<TrustRole, "arn" | "trustPolicy"> = {
  identityPolicies: [],
  managedPolicyArns: [],
  unknowns: [],
  location: { file: "unknown" },
};

/** Keeps what is no object for {@link parsePolicy} to report. */
function asPolicy(value: unknown): TrustRole["trustPolicy"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- readPolicy takes anything, the evaluator too
  return value as TrustRole["trustPolicy"];
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : asList(value);
}

function mapTexts(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, textOf(value)]));
}

function isUnknownValue(value: unknown): value is UnknownValue {
  return isRecord(value) && ["path", "expression", "assumed"].every((name) => typeof value[name] === "string");
}

function isLocation(value: unknown): value is SourceLocation {
  return isRecord(value) && typeof value["file"] === "string";
}
