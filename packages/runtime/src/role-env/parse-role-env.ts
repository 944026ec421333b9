import { AgentRolesError } from "../agent-roles-error.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { misnamedRoles } from "./no-roles.ts";
import { parseSessionEnv } from "./parse-session-env.ts";
import { parseTargetRole, ROLE_OPTIONS } from "./parse-target-role.ts";
import type { Env, Report } from "./env.ts";
import { DEFAULT_REGIONS, partitionOf } from "./partitions.ts";
import type { RoleEnv, TargetRole } from "./target-role.ts";

export interface ParsedRoleEnv extends RoleEnv {
  /** What works and is probably not meant: a gap in the numbers, an unknown `AWS_ROLE_N_…`. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads the `AWS_ROLE_N` contract from an environment. Variables that are not ours, such as `AWS_ROLE_ARN`, are left alone;
 * an optional variable that is empty counts as unset.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake at once, each with the variable and the fix; what would
 *   have been a warning is among them.
 */
export function parseRoleEnv(env: Env): ParsedRoleEnv {
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const report: Report = (problem) => problems.push(problem);

  const numbers = roleNumbers(env, report);
  const roles = numbers.flatMap((number) => parseTargetRole(env, number, report) ?? []);
  reportClashes(roles, env, report);
  reportStrayOptions(env, new Set(numbers), report, (warning) => warnings.push(warning));
  warnings.push(...gaps(numbers), ...strangeRegions(roles, env));
  if (numbers.length > 0) warnings.push(...misnamedRoles(env, numbers.at(-1) ?? 0));
  const session = parseSessionEnv(env, report);

  if (problems.length > 0) throw invalidRoleEnv([...problems, ...warnings]);
  return { roles, ...session, warnings };
}

/** The numbers of `AWS_ROLE_1`, `AWS_ROLE_2`, … in numeric order. */
function roleNumbers(env: Env, report: Report): number[] {
  const numbers: number[] = [];
  for (const [variable, value] of Object.entries(env)) {
    const digits = /^AWS_ROLE_(\d+)$/.exec(variable)?.[1];
    if (digits === undefined || value === undefined) continue;
    const number = Number(digits);
    if (digits === String(number) && number > 0) {
      numbers.push(number);
      continue;
    }
    const message = "numbers begin at 1 and have no leading zero";
    report({ path: variable, message, fix: `rename it to AWS_ROLE_${number || 1}` });
  }
  return numbers.toSorted((a, b) => a - b);
}

/** Two roles never share a profile, and none can have the master's own or AWS's `default`. */
function reportClashes(roles: readonly TargetRole[], env: Env, report: Report): void {
  const seen = new Map<string, string>();
  let defaultRole: string | undefined;
  for (const role of roles) {
    const variable = `AWS_ROLE_${role.number}`;
    const clash = (message: string, fix: string): void => report({ path: variable, message, fix });
    const first = seen.get(role.profile);
    if (first)
      clash(`the profile "${role.profile}" is already declared by ${first}`, "give each role its own profile name");
    else seen.set(role.profile, variable);
    if (role.profile === env["AWS_PROFILE"]) {
      clash(`the profile "${role.profile}" is the master's own (AWS_PROFILE)`, "choose another name");
    }
    if (!role.default) continue;
    if (defaultRole) {
      const message = `${defaultRole}_DEFAULT is already true`;
      report({ path: `${variable}_DEFAULT`, message, fix: "keep it on one role" });
    }
    defaultRole ??= variable;
  }
}

/** Options whose role is not declared are errors; unknown options are warnings, because they can belong to a newer version. */
function reportStrayOptions(env: Env, numbers: ReadonlySet<number>, report: Report, warn: Report): void {
  for (const [variable, value] of Object.entries(env)) {
    const [, digits, option = ""] = /^AWS_ROLE_(\d+)_(\w+)$/.exec(variable) ?? [];
    if (digits === undefined || !value) continue;
    if (!ROLE_OPTIONS.some((known) => known === option)) {
      const fix = `known are ${ROLE_OPTIONS.map((name) => `AWS_ROLE_${digits}_${name}`).join(", ")}`;
      warn({ path: variable, message: "is unknown and ignored", fix });
    } else if (!numbers.has(Number(digits)) || digits !== String(Number(digits))) {
      report({
        path: variable,
        message: `AWS_ROLE_${digits} is not set`,
        fix: `set AWS_ROLE_${digits}, or remove this`,
      });
    }
  }
}

/** Roles of another partition than the Region that is called: STS of one partition knows none of another. */
function strangeRegions(roles: readonly TargetRole[], env: Env): Diagnostic[] {
  const variable = ["AWS_REGION", "AWS_DEFAULT_REGION"].find((name) => env[name]);
  return roles.flatMap(({ number, role: { partition }, region }) => {
    const named = region ? `AWS_ROLE_${number}_REGION` : variable;
    const value = region ?? env[variable ?? ""] ?? "";
    if (!named || partitionOf(value) === partition) return [];
    const message = `${value} is not in the partition ${partition} of AWS_ROLE_${number}`;
    return [
      {
        path: named,
        message,
        fix: `set it to a Region of ${partition}, such as ${DEFAULT_REGIONS[partition]}`,
      },
    ];
  });
}

function gaps(numbers: readonly number[]): Diagnostic[] {
  const last = numbers.at(-1) ?? 0;
  if (last === new Set(numbers).size) return [];
  const missing = numbers.flatMap((number, index) => {
    const expected = (numbers[index - 1] ?? 0) + 1;
    return number === expected
      ? []
      : [number - 1 === expected ? `AWS_ROLE_${expected}` : `AWS_ROLE_${expected}…${number - 1}`];
  });
  const fix = "number the roles 1, 2, 3, … without a gap";
  return [{ path: missing.join(", "), message: "is missing", fix }];
}

function invalidRoleEnv(problems: readonly Diagnostic[]): AgentRolesError {
  return new AgentRolesError(problems.map(formatDiagnostic).join("\n"), {
    code: "InvalidRoleEnv",
    fix: "correct the variables named above",
    problems,
  });
}
