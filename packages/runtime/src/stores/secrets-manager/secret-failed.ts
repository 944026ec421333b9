import { AgentRolesError } from "../../agent-roles-error.ts";

/** What was asked of Secrets Manager: its action's name, and the secret. */
export interface SecretCall {
  readonly action: string;
  readonly secretId: string;
}

/** The name of a failure as AWS spells it, such as `ResourceNotFoundException`. */
export function failureName(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** Gives a refused or failed call its fix. The parameters of a call never come into the message. */
export function secretFailed(error: unknown, call: SecretCall): AgentRolesError {
  if (error instanceof AgentRolesError) return error;
  const { action, secretId } = call;
  const name = failureName(error);
  // AWS repeats the invalid value, which can be the secret.
  const text = error instanceof Error && name !== "ValidationException" ? error.message : "its parameters are invalid";
  return new AgentRolesError(`${secretId}: ${action}: ${name}: ${text}`, {
    code: "StoreFailed",
    retryable: true,
    fix: fixFor(name, text, call),
    ...(name !== "ValidationException" && { cause: error }),
  });
}

function fixFor(name: string, text: string, { action, secretId }: SecretCall): string {
  if (name === "AccessDeniedException" && /\bkms\b/i.test(text)) {
    return "Allow the caller kms:GenerateDataKey and kms:Decrypt on the secret's key.";
  }
  if (name === "AccessDeniedException") return `Allow the caller secretsmanager:${action} on ${secretId}.`;
  if (name === "InvalidRequestException" && /delet/i.test(text)) {
    return `The secret is scheduled for deletion. Run aws secretsmanager restore-secret --secret-id ${secretId}, or use another name.`;
  }
  if (name === "DecryptionFailure" || name === "EncryptionFailure") {
    return "Enable the secret's KMS key, and allow the caller to use it.";
  }
  if (name === "LimitExceededException") {
    return "Use a prefix (one secret per profile) or longer sessions: AWS keeps every version of a secret for a day, a hundred at most.";
  }
  return "Check the message above.";
}
