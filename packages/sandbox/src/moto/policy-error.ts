import { type Defect, isRecord, parsePolicy, type PolicyKind } from "@agent-roles/iam";
import { parseJson } from "../json.ts";

/**
 * The message of IAM's `MalformedPolicyDocument` for a document that AWS rejects; `undefined` for a valid one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html
 */
export function policyError(document: string, kind: PolicyKind): string | undefined {
  const json = parseJson(document);
  if (!isRecord(json)) return "This policy contains invalid Json";
  const { policy, defects } = parsePolicy(json, kind);
  const [defect] = defects;
  if (defect) return messageOf(defect, json);
  for (const { resource } of policy.statements) {
    for (const value of resource?.values ?? []) {
      const error = resourceError(value);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function messageOf({ code, message, place }: Defect, document: unknown): string {
  switch (code) {
    case "principal":
    case "not-principal":
    case "principal-wildcard":
      return `Invalid principal in policy: ${principalAt(document, place)}`;
    case "sid":
      return "Statement IDs (SID) in a single policy must be unique.";
    case "action":
      return "AssumeRole policy may only specify STS AssumeRole actions.";
    case "element":
      return ELEMENT_ERRORS.find(([pattern]) => pattern.test(message))?.[1] ?? SYNTAX_ERROR;
    case "document":
    case "operator":
    case "operand":
    case "condition":
      return SYNTAX_ERROR;
  }
}

const SYNTAX_ERROR = "Syntax errors in policy.";

const ELEMENT_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/Resource and NotResource in a trust/, "Has prohibited field Resource"],
  [/rejects Principal/, "Policy document should not specify a principal."],
  [/no Principal/, "Missing required field Principal"],
  [/no Resource/, "Policy statement must contain resources."],
  [/no Action/, "Policy statement must contain actions."],
];

/** `"AWS":"arn:…"`, as IAM names a principal. */
function principalAt(document: unknown, place: Defect["place"]): string {
  const type = place[place.indexOf("Principal") + 1];
  let value = document;
  for (const key of place) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
  return typeof type === "string" ? `"${type}":${JSON.stringify(value)}` : JSON.stringify(value);
}

/** In the words of IAM; moto knows more cases of the same checks. */
function resourceError(resource: string): string | undefined {
  // A policy variable can hold any part of an ARN.
  if (resource === "*" || resource.includes("${")) return undefined;
  if (!resource.includes(":")) return `Resource ${resource} must be in ARN format or "*".`;
  const [prefix, partition = "", , , , id] = resource.split(":");
  if (prefix !== "arn" && prefix !== "*") return `Resource ${resource} must be in ARN format or "*".`;
  if (!/^aws(?:-[a-z]+)*$|[*?]/.test(partition))
    return `Partition "${partition}" is not valid for resource "${resource}".`;
  return id === undefined && !/[*?]/.test(resource) ? "The policy failed legacy parsing" : undefined;
}
