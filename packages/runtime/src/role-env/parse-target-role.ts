import {
  EXTERNAL_ID_SHAPE,
  isExternalId,
  isPolicyArn,
  isProfileName,
  isRegion,
  isReservedProfileName,
} from "./grammar.ts";
import { definedOnly } from "./defined-only.ts";
import type { Env, Report } from "./env.ts";
import { parseRoleArn, wrongRoleArnPart } from "./role-arn.ts";
import { parseSessionPolicy, sessionPolicyMistakes } from "./session-policy.ts";
import { ACCESS_LEVELS, type TargetRole, toAccessLevel } from "./target-role.ts";

const ROLE_SHAPE = "arn:aws:iam::<account>:role/<name>:<profile>";

/** The names that can follow `AWS_ROLE_N_`. */
export const ROLE_OPTIONS = [
  "EXTERNAL_ID",
  "REGION",
  "DURATION_SECONDS",
  "ACCESS",
  "SESSION_POLICY",
  "SESSION_POLICY_ARNS",
  "DESCRIPTION",
  "ENVIRONMENT",
  "DEFAULT",
] as const;

type RoleOption = (typeof ROLE_OPTIONS)[number];

/** Reads `AWS_ROLE_<number>` and its options; reports every mistake and gives nothing when the role itself is wrong. */
export function parseTargetRole(env: Env, number: number, report: Report): TargetRole | undefined {
  const variable = `AWS_ROLE_${number}`;
  const value = env[variable] ?? "";
  const colon = value.lastIndexOf(":");
  const role = parseRoleArn(value.slice(0, Math.max(colon, 0)));
  const profile = value.slice(colon + 1);
  const optional = parseOptions(env, variable, report);
  if (!role) {
    const fix = parseRoleArn(value) ? `append ":" and a profile name: ${value}:MyProfile` : `expected ${ROLE_SHAPE}`;
    const message = `"${value}" is not a role ARN and a profile${wrongRoleArnPart(value)}`;
    report({ path: variable, message: value === "" ? "is empty" : message, fix });
    return undefined;
  }
  if (!isProfileName(profile)) {
    report({
      path: variable,
      message: profile === "" ? "the profile name after the last colon is empty" : `"${profile}" is not a profile name`,
      fix: "use only letters, digits and _ @ + . % / -, so that every AWS SDK can read it",
    });
    return undefined;
  }
  if (isReservedProfileName(profile)) {
    report({ path: variable, message: `"${profile}" is reserved by AWS clients`, fix: "choose another profile name" });
    return undefined;
  }
  return { number, profile, role, ...optional };
}

type RoleOptions = Omit<TargetRole, "number" | "profile" | "role">;

function parseOptions(env: Env, variable: string, report: Report): RoleOptions {
  const read = <T>(suffix: RoleOption, parse: (text: string) => T | undefined, fix: string): T | undefined => {
    const name = `${variable}_${suffix}`;
    const value = env[name];
    if (!value) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) report({ path: name, message: `"${value}" is not valid`, fix });
    return parsed;
  };
  const names = {
    access: `${variable}_ACCESS`,
    sessionPolicy: `${variable}_SESSION_POLICY`,
    sessionPolicyArns: `${variable}_SESSION_POLICY_ARNS`,
  };
  const externalId = read("EXTERNAL_ID", when(isExternalId), EXTERNAL_ID_SHAPE);
  const region = read("REGION", when(isRegion), "use a Region's code, such as eu-central-1");
  const durationSeconds = read("DURATION_SECONDS", parseDuration, "use a whole number from 900 to 43200");
  const access = read("ACCESS", toAccessLevel, `use one of ${ACCESS_LEVELS.join(", ")}`);
  const reportPolicy: Report = (mistake) => report({ path: names.sessionPolicy, ...mistake });
  const policyText = env[names.sessionPolicy];
  const sessionPolicy = policyText ? parseSessionPolicy(policyText, reportPolicy) : undefined;
  const sessionPolicyArns = read("SESSION_POLICY_ARNS", parsePolicyArns, "use 1 to 10 policy ARNs, comma-separated");
  const description = read("DESCRIPTION", (text) => text, "");
  const environment = read("ENVIRONMENT", (text) => text, "");
  const isDefault = read("DEFAULT", parseBoolean, "use true on one role, or leave it out");
  const policies = { access, sessionPolicy, sessionPolicyArns };
  for (const mistake of sessionPolicyMistakes(policies, names)) report(mistake);
  return definedOnly({
    externalId,
    region,
    durationSeconds,
    ...policies,
    description,
    environment,
    default: isDefault ? (true as const) : undefined,
  });
}

function when(accept: (text: string) => boolean): (text: string) => string | undefined {
  return (text) => (accept(text) ? text : undefined);
}

function parseDuration(text: string): number | undefined {
  const seconds = /^\d{3,5}$/.test(text) ? Number(text) : 0;
  return seconds >= 900 && seconds <= 43_200 ? seconds : undefined;
}

function parsePolicyArns(text: string): string[] | undefined {
  const arns = text.split(",").map((arn) => arn.trim());
  return arns.length <= 10 && arns.every(isPolicyArn) ? arns : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  if (text === "true") return true;
  return text === "false" ? false : undefined;
}
