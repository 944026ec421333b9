import { isRecord } from "@agent-roles/iam";
import type { AssumeRoleRequest } from "@agent-roles/trust";
import { UsageError } from "../usage-error.ts";

/**
 * Reads one AssumeRole request.
 *
 * @param file where it comes from, as messages name it.
 * @throws {UsageError} that names what is missing: not JSON, or without `caller.arn` (or `federated`, `service`), `role.arn`
 *   or `role.trustPolicy`.
 */
export function readRequest(text: string, file: string): AssumeRoleRequest {
  const whole = parse(text, file);
  if (!isRecord(whole)) throw wrong(file, "the document", whole, "an object with caller, role and request");
  const { caller, role, request } = whole;
  if (!isRecord(caller)) throw wrong(file, "caller", caller, 'an object such as {"arn": "arn:aws:sts::…"}');
  const name = ["federated", "service"].find((kind) => kind in caller) ?? "arn";
  if (!isText(caller[name]))
    throw wrong(file, `caller.${name}`, caller[name], "the caller as text: an ARN or a service");
  if (!isRecord(role))
    throw wrong(file, "role", role, 'an object such as {"arn": "arn:aws:iam::…", "trustPolicy": {}}');
  if (!isText(role["arn"])) throw wrong(file, "role.arn", role["arn"], "the ARN of the role to assume");
  if (!isRecord(role["trustPolicy"])) {
    throw wrong(file, "role.trustPolicy", role["trustPolicy"], "the role's AssumeRolePolicyDocument, an object");
  }
  if (request !== undefined && !isRecord(request))
    throw wrong(file, "request", request, "an object, or remove the field");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is required was checked; the evaluator takes any JSON for the rest
  return whole as unknown as AssumeRoleRequest;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wrong(file: string, field: string, value: unknown, wanted: string): UsageError {
  return new UsageError(
    `${file}: ${field} ${value === undefined ? "is missing" : "is not valid"}\n  fix: Write ${wanted}.`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
