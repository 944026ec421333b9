import { AgentRolesError } from "../../agent-roles-error.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../../role-env/json.ts";

/** Secrets Manager takes no more, in bytes of UTF-8. */
const LARGEST_VALUE = 65_536;

/** Whether `processCredentials` made this. */
export function isSecretValue(value: unknown): boolean {
  return isJsonObject(value) && value["Version"] === 1 && "AccessKeyId" in value && "RoleArn" in value;
}

/** What a secret holds; a secret without a value is an empty object, and `undefined` means anything but an object. */
export function parseSecret(text: string | undefined): JsonObject | undefined {
  return text?.trim() ? parseJsonObject(text) : {};
}

/** Refuses a value that something else put there. */
export function notOurs(secretId: string, profile?: string): AgentRolesError {
  const what = profile === undefined ? "its value" : `what it holds for ${profile}`;
  return new AgentRolesError(`${secretId}: agent-roles did not write ${what}`, {
    code: "ForeignProfile",
    fix: "use another name or prefix; or replace the value by {} if it is not needed",
  });
}

/** @throws {AgentRolesError} `StoreFailed` when it is larger than the limit of a secret. */
export function formatSecret(value: JsonObject, secretId: string): string {
  const text = JSON.stringify(value);
  if (/\\[nr]/.test(text)) {
    const fix = "Check AWS_ENDPOINT_URL: AWS does not issue such values.";
    throw new AgentRolesError(`${secretId}: a value has a line break`, { code: "StoreFailed", fix });
  }
  const size = Buffer.byteLength(text);
  if (size <= LARGEST_VALUE) return text;
  const profiles = Object.keys(value).length;
  throw new AgentRolesError(
    `${secretId}: ${profiles} profiles are ${size} bytes, and a secret takes ${LARGEST_VALUE}`,
    {
      code: "StoreFailed",
      fix: "keep each profile in a secret of its own: give a prefix instead of one secret's name",
    },
  );
}
