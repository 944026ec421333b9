import type { AwsCaller } from "../assume-role-request.ts";
import type { TrustContext } from "../trust-model.ts";
import type { PossibleCaller } from "./callers.ts";
import type { ReadTrust } from "./read-trust.ts";
import { spokenOrganizations, spokenPaths, valuesOf } from "./spoken.ts";

/** One that no policy speaks of. */
const ANOTHER = "o-another0000";

/**
 * A caller in each organization that it may be in: none, one's own, those that the trust policy speaks of, and another.
 * One's own accounts are in one's own; where that is not known, they may be anywhere.
 */
export function inOrganizations(
  possible: PossibleCaller,
  trust: ReadTrust,
  own: ReadonlySet<string>,
  { organization }: TrustContext,
): readonly PossibleCaller[] {
  const { caller } = possible;
  if (!("arn" in caller)) return [possible];
  const isOwn = own.has(caller.arn.split(":")[4] ?? "");
  const place = (orgId: string): readonly PossibleCaller[] =>
    placesIn(orgId, organization, trust).map((orgPaths) => ({
      ...possible,
      name: possible.known ? possible.name : `${possible.name} in ${orgId}`,
      caller: { ...caller, orgId, ...(orgPaths && { orgPaths }) },
      ...(orgId !== organization && !isOwn && masterOf(trust, own)),
    }));
  if (isOwn && organization !== undefined) return possible.known ? [possible] : place(organization);
  const another = speaksOfOrganizations(trust) ? [ANOTHER] : [];
  const others = new Set([
    ...(organization === undefined ? [] : [organization]),
    ...spokenOrganizations(trust),
    ...another,
  ]);
  return [possible, ...[...others].flatMap(place)];
}

function speaksOfOrganizations({ statements }: ReadTrust): boolean {
  return statements.some(({ clauses }) => clauses.some(({ key }) => key.startsWith("aws:principalorg")));
}

/** Where in one's own organization a caller is, nobody knows; in another it is where the policy says, and elsewhere. */
function placesIn(
  orgId: string,
  organization: string | undefined,
  trust: ReadTrust,
): readonly (AwsCaller["orgPaths"] | undefined)[] {
  if (orgId === organization) return [undefined];
  const spoken = spokenPaths(trust).filter((path) => path.startsWith(`${orgId}/`));
  return [[`${orgId}/r-another/`], ...(spoken.length > 0 ? [spoken] : [])];
}

const MASTER = "aws:PrincipalOrgMasterAccountId";

/** The management account of somebody else's organization is none of one's own accounts. */
function masterOf(trust: ReadTrust, own: ReadonlySet<string>): Pick<PossibleCaller, "context"> | undefined {
  const masters = valuesOf(trust, MASTER.toLowerCase());
  if (masters.length === 0) return undefined;
  return {
    context: { [MASTER]: masters.find((account) => /^\d{12}$/.test(account) && !own.has(account)) ?? "000000000000" },
  };
}
