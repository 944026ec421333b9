import { isRecord, type PolicyDocument } from "@agent-roles/iam";
import { SandboxError } from "../sandbox-error.ts";
import { failure, type ServiceError, type StsSilence } from "./sts-answer.ts";

/**
 * Faults on request. All except `clockOffsetMs` and `serviceControlPolicy` affect only `AssumeRole`, and not for the deploy
 * role, so that deployments continue.
 */
export interface Faults {
  /** This many calls, or all (`true`), are answered with HTTP 400 `Throttling`. */
  readonly throttle?: number | boolean;
  /** This many calls, or all (`true`), are answered with HTTP 503 `ServiceUnavailable`. */
  readonly unavailable?: number | boolean;
  /** This many calls, or all (`true`), get no answer: the connection is closed. */
  readonly outage?: number | boolean;
  /** Delay of every answer. */
  readonly latencyMs?: number;
  /** Lifetime of new sessions, whatever the call requests. */
  readonly sessionLifetimeSeconds?: number;
  /** AWS's clock minus this machine's clock. Affects every service. */
  readonly clockOffsetMs?: number;
  /** Roles cannot be assumed in their first seconds, as on AWS before IAM is consistent everywhere. */
  readonly newRoleDelaySeconds?: number;
  /** A service control policy, beside FullAWSAccess, of every account except the first. */
  readonly serviceControlPolicy?: PolicyDocument;
  /** Only calls for roles with these names are affected; the deploy role can be listed. Default: all except the deploy role. */
  readonly roleNames?: readonly string[];
}

/** The fault of one call. */
export interface Fault {
  readonly answer?: ServiceError | StsSilence;
  readonly latencyMs: number;
  /** Lifetime of the session, whatever the call requests. */
  readonly lifetimeSeconds?: number;
  /** How long a new role cannot be assumed. */
  readonly newRoleDelaySeconds?: number;
}

export interface FaultInjector {
  /** Replaces the faults; `{}` clears them. */
  set(next: Faults): void;
  current(): Faults;
  /** The fault of the next call for this role; counts down. */
  next(roleName: string | undefined): Fault;
}

const NO_FAULT: Fault = { latencyMs: 0 };

/** Keeps the current faults and counts them down. */
export function faultInjector(deployRoleName: string): FaultInjector {
  let faults: Faults = {};

  const concerns = (roleName: string | undefined): boolean =>
    faults.roleNames ? roleName !== undefined && faults.roleNames.includes(roleName) : roleName !== deployRoleName;

  const take = (name: "throttle" | "unavailable" | "outage"): boolean => {
    const left = faults[name] ?? false;
    if (typeof left === "boolean") return left;
    if (left > 0) faults = { ...faults, [name]: left - 1 };
    return left > 0;
  };

  return {
    set(next) {
      faults = checkedFaults(next);
    },
    current: () => faults,
    next(roleName) {
      if (!concerns(roleName)) return NO_FAULT;
      const { latencyMs = 0, sessionLifetimeSeconds, newRoleDelaySeconds } = faults;
      if (take("outage")) return { latencyMs, answer: { silent: true } };
      if (take("unavailable")) {
        return { latencyMs, answer: failure(503, "ServiceUnavailable", "Service Unavailable") };
      }
      if (take("throttle")) return { latencyMs, answer: failure(400, "Throttling", "Rate exceeded") };
      return {
        latencyMs,
        ...(sessionLifetimeSeconds && { lifetimeSeconds: sessionLifetimeSeconds }),
        ...(newRoleDelaySeconds && { newRoleDelaySeconds }),
      };
    },
  };
}

const CHECKS: Readonly<
  Record<keyof Faults, { readonly accepts: (value: unknown) => boolean; readonly expected: string }>
> = {
  throttle: { accepts: isCountOrBoolean, expected: "a number of calls, or true" },
  unavailable: { accepts: isCountOrBoolean, expected: "a number of calls, or true" },
  outage: { accepts: isCountOrBoolean, expected: "a number of calls, or true" },
  clockOffsetMs: { accepts: (value) => Number.isSafeInteger(value), expected: "a whole number of milliseconds" },
  latencyMs: { accepts: (value) => isCount(value) && value <= 60_000, expected: "0 to 60000 milliseconds" },
  sessionLifetimeSeconds: {
    accepts: (value) => isCount(value) && value >= 1,
    expected: "a whole number of seconds, at least 1",
  },
  newRoleDelaySeconds: { accepts: isCount, expected: "a whole number of seconds" },
  serviceControlPolicy: { accepts: isRecord, expected: "a policy document" },
  roleNames: {
    accepts: (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
    expected: "a list of role names",
  },
};

/**
 * Validates faults from outside the process.
 *
 * @throws SandboxError `InvalidOption`, with every invalid field and its allowed values.
 */
export function checkedFaults(input: unknown): Faults {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw invalidFaults(["expected a JSON object"]);
  }
  const problems = Object.entries(input).flatMap(([name, value]) => {
    if (!isFaultName(name)) return [`"${name}" is not a fault`];
    return CHECKS[name].accepts(value) ? [] : [`${name}: ${JSON.stringify(value)} is not ${CHECKS[name].expected}`];
  });
  if (problems.length > 0) throw invalidFaults(problems);
  return { ...input };
}

function invalidFaults(problems: readonly string[]): SandboxError {
  const names = Object.keys(CHECKS).join(", ");
  return new SandboxError(problems.join("; "), { code: "InvalidOption", fix: `Use ${names}; {} clears all faults.` });
}

function isFaultName(name: string): name is keyof Faults {
  return Object.hasOwn(CHECKS, name);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCountOrBoolean(value: unknown): boolean {
  return typeof value === "boolean" || isCount(value);
}
