import { lastSegment, parseArn, type Arn } from "../arn.ts";
import type { PolicyKind } from "../assume-role-request.ts";
import { asList, isRecord, quote, textOf } from "../json.ts";
import { readStatements } from "../statement.ts";
import type { SourceLocation, TrustRole, UnknownValue } from "../trust-model.ts";
import { toLintStatement, type LintStatement } from "./lint-statement.ts";

/** A role with its policies read once for all rules. */
export interface LintRole {
  readonly role: TrustRole;
  /** `undefined` when the text is no role's ARN. */
  readonly arn: Arn | undefined;
  /** Without its path. */
  readonly name: string;
  /** `account/name`, as principals and variables refer to it; `undefined` without an ARN. */
  readonly key: string | undefined;
  readonly trust: readonly LintStatement[];
  /** Of all identity policies whose text is known. */
  readonly identity: readonly LintStatement[];
  /** `undefined` when there is no boundary. */
  readonly boundary: readonly LintStatement[] | undefined;
}

/** Reads a role, whatever the JSON: what is missing is taken as empty, what is no policy shows up as a defect. */
export function readRole(given: unknown): LintRole {
  const role = toTrustRole(given);
  const parsed = parseArn(role.arn);
  const arn = parsed?.service === "iam" && parsed.resource.startsWith("role/") ? parsed : undefined;
  const name = arn ? lastSegment(arn.resource) : role.arn;
  return {
    role,
    arn,
    name,
    key: arn && `${arn.account}/${name}`,
    trust: read(role.trustPolicy, "trust policy"),
    identity: role.identityPolicies.flatMap((policy) => read(policy, "identity policy")),
    boundary:
      role.permissionsBoundary === undefined ? undefined : read(role.permissionsBoundary, "permissions boundary"),
  };
}

function read(document: unknown, kind: PolicyKind): LintStatement[] {
  return readStatements(document, kind, `the ${kind}`).map(toLintStatement);
}

/** The types promise all this; a file that nobody checked does not. */
function toTrustRole(given: unknown): TrustRole {
  if (!isRecord(given)) {
    return { ...nothing, arn: quote(given), trustPolicy: asPolicy(given) };
  }
  const { arn, identityPolicies, managedPolicyArns, unknowns, location, tags, permissionsBoundary } = given;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what rules rely on is checked in the next lines
  const role = given as unknown as TrustRole;
  return {
    ...role,
    arn: typeof arn === "string" ? arn : quote(arn),
    trustPolicy: asPolicy(given["trustPolicy"]),
    identityPolicies: listOf(identityPolicies).map(asPolicy),
    managedPolicyArns: listOf(managedPolicyArns).filter((each) => typeof each === "string"),
    ...(permissionsBoundary !== undefined && { permissionsBoundary: asPolicy(permissionsBoundary) }),
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

/** Keeps what is no object for {@link readStatements} to report. */
function asPolicy(value: unknown): TrustRole["trustPolicy"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- readStatements takes anything, the evaluator too
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
