import { type Caller, lookUp, parseArn, readCaller, type RequestContext } from "@agent-roles/iam";
import type { AssumeRoleParameters } from "../assume-role/assume-role-request.ts";
import { buildContext } from "../assume-role/build-context.ts";
import type { TrustRole } from "../trust-model.ts";
import type { Chooser } from "./clause-values.ts";

/** The condition keys of a call; none for a caller that AWS does not know. */
export function contextFor(
  caller: Caller,
  role: TrustRole & { readonly orgId?: string },
  request: AssumeRoleParameters = {},
): RequestContext {
  const identity = readCaller(caller);
  const arn = parseArn(role.arn);
  if (typeof identity === "string" || !arn) return new Map();
  return buildContext({ caller, role, request }, identity, arn);
}

/** Fills in the variables that say who calls and which role it is; others are taken for a text that the caller can choose. */
export function fillerFor(caller: Caller, role: TrustRole): Chooser["fillIn"] {
  let context: RequestContext | undefined;
  return ({ variables }, value) => {
    if (!variables) return value;
    const known = (context ??= contextFor(caller, role));
    return value.replaceAll(/\$\{([^},]+)[^}]*\}/g, (_, name: string) => {
      if (name === "*" || name === "?" || name === "$") return name;
      const entry = lookUp(known, name.trim());
      return (entry.state === "present" ? entry.values[0] : undefined) ?? "x";
    });
  };
}
