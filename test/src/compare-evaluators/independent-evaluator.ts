import type { AssumeRoleRequest, AwsCaller, PolicyDocument } from "@agent-roles/trust";
import { execa } from "execa";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** AGPL-3.0: run here, in a directory of its own; never a dependency, never copied. */
const PACKAGE = "@cloud-copilot/iam-simulate";
const VERSION = "0.1.173";

/** What the other evaluator says of one call. */
export interface IndependentAnswer {
  readonly decision: "allowed" | "denied" | "refused";
  /** Why it refused the request. */
  readonly message?: string;
  /** Keys of the request that it left out, because its table does not list them for the action. */
  readonly ignoredKeys: readonly string[];
}

/** Decides one AssumeRole request, all the actions that the call needs. */
export type IndependentEvaluator = (
  request: AssumeRoleRequest,
  options?: { readonly allKeys: boolean },
) => Promise<IndependentAnswer>;

interface Library {
  readonly runSimulation: (simulation: unknown, options: object) => Promise<SimulationResult>;
}

type SimulationResult =
  | { readonly resultType: "error"; readonly errors: unknown }
  | {
      readonly resultType: "single";
      readonly overallResult: string;
      readonly result: { readonly ignoredContextKeys?: readonly string[] };
    };

/**
 * Installs the other evaluator into a directory and loads it.
 *
 * @throws {Error} when npm cannot install it, as without a network.
 */
export async function installIndependentEvaluator(directory: string): Promise<IndependentEvaluator> {
  await execa(
    "npm",
    ["install", "--prefix", directory, "--no-save", "--no-audit", "--no-fund", `${PACKAGE}@${VERSION}`],
    {
      timeout: 120_000,
    },
  );
  const entry = join(directory, "node_modules", PACKAGE, "dist/esm/index.js");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the version is pinned
  const library = (await import(pathToFileURL(entry).href)) as Library;
  return (request, { allKeys } = { allKeys: false }) => decide(library, request, allKeys);
}

async function decide(library: Library, request: AssumeRoleRequest, allKeys: boolean): Promise<IndependentAnswer> {
  const ignored = new Set<string>();
  let decision: IndependentAnswer["decision"] = "allowed";
  for (const action of actionsOf(request)) {
    const simulation = allKeys ? renameKeys(toSimulation(request, action)) : toSimulation(request, action);
    const result = await library.runSimulation(simulation, {});
    if (result.resultType === "error") {
      return { decision: "refused", message: JSON.stringify(result.errors), ignoredKeys: [] };
    }
    for (const key of result.result.ignoredContextKeys ?? []) ignored.add(key.toLowerCase());
    if (result.overallResult !== "Allowed") decision = "denied";
  }
  return { decision, ignoredKeys: [...ignored] };
}

/** Keys that its table lists for one of the three actions only, and ones that it takes for every action. */
const STAND_INS: readonly (readonly [key: RegExp, standIn: string])[] = [
  [/sts:ExternalId/gi, "aws:Referer"],
  [/sts:RoleSessionName/gi, "aws:UserAgent"],
  [/sts:SourceIdentity/gi, "aws:RequestedRegion"],
];

function renameKeys(simulation: object): unknown {
  const text = JSON.stringify(simulation);
  return JSON.parse(STAND_INS.reduce((renamed, [key, standIn]) => renamed.replace(key, standIn), text));
}

function actionsOf({ request = {} }: AssumeRoleRequest): string[] {
  return [
    "sts:AssumeRole",
    ...(request.sessionTags ? ["sts:TagSession"] : []),
    ...(request.sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
}

function toSimulation({ caller, role, request = {} }: AssumeRoleRequest, action: string): object {
  if (!("arn" in caller)) throw new Error("only AWS callers are compared");
  const [sessionPolicy] = caller.sessionPolicies ?? [];
  return {
    request: {
      principal: caller.arn,
      action,
      resource: { resource: role.arn, accountId: role.arn.split(":")[4] },
      contextVariables: contextOf(caller, role, request),
    },
    identityPolicies: named(caller.identityPolicies ?? []),
    serviceControlPolicies: levels(caller.scps),
    resourceControlPolicies: levels(role.rcps),
    resourcePolicy: role.trustPolicy,
    ...(caller.permissionsBoundary && { permissionBoundaryPolicies: named([caller.permissionsBoundary]) }),
    ...(sessionPolicy && { sessionPolicy }),
  };
}

function contextOf(
  caller: AwsCaller,
  role: AssumeRoleRequest["role"],
  request: NonNullable<AssumeRoleRequest["request"]>,
): Record<string, string | readonly string[]> {
  return {
    "aws:PrincipalArn": caller.principalArn ?? caller.arn,
    "aws:PrincipalAccount": caller.arn.split(":")[4] ?? "",
    ...(caller.orgId !== undefined && { "aws:PrincipalOrgID": caller.orgId }),
    ...(role.orgId !== undefined && { "aws:ResourceOrgID": role.orgId }),
    ...tags("aws:PrincipalTag", caller.tags),
    ...tags("aws:ResourceTag", role.tags),
    ...tags("aws:RequestTag", request.sessionTags),
    ...(request.sessionTags && { "aws:TagKeys": Object.keys(request.sessionTags) }),
    ...(request.externalId !== undefined && { "sts:ExternalId": request.externalId }),
    ...(request.roleSessionName !== undefined && { "sts:RoleSessionName": request.roleSessionName }),
    ...(request.sourceIdentity !== undefined && { "sts:SourceIdentity": request.sourceIdentity }),
    ...request.context,
  };
}

function named(policies: readonly PolicyDocument[]): object[] {
  return policies.map((policy, i) => ({ name: `p${i}`, policy }));
}

function levels(all: readonly (readonly PolicyDocument[])[] = []): object[] {
  return all.map((level, i) => ({ orgIdentifier: `level-${i}`, policies: named(level) }));
}

function tags(prefix: string, values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}/${key}`, value]));
}
