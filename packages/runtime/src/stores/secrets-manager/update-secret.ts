import { createHash } from "node:crypto";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  type Tag,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { AgentRolesError } from "../../agent-roles-error.ts";
import { failureName, secretFailed } from "./secret-failed.ts";

/** Where a version waits until it becomes current; each label is on one version at a time. */
const WAITING_STAGE = "AGENT_ROLES_NEXT";

/** Writers that come at once take turns: one of them wins each time. */
const MOST_TRIES = 10;

export interface SecretUpdate {
  readonly secretId: string;
  /** The new text for the current one; the same text, or `undefined`, is not written. */
  readonly edit: (current: string | undefined) => string | undefined;
  /** Whether other writers keep profiles of their own in the secret: nothing of theirs is lost then. */
  readonly shared: boolean;
  /** Leaves the former text in no version with a label, `AWSPREVIOUS` included: it holds keys of a removed role. */
  readonly erase?: boolean;
  /** For a secret that is made. */
  readonly create: { readonly KmsKeyId?: string; readonly Tags: Tag[]; readonly Description: string };
}

export interface SecretsContext {
  readonly client: SecretsManagerClient;
  readonly signal: AbortSignal | undefined;
}

/**
 * Edits a secret's text. Each edit is a version of its own: readers see `AWSCURRENT`, the one before stays as `AWSPREVIOUS`. A
 * version is named for what it holds and follows, so that a call that is sent twice makes one.
 *
 * @throws {AgentRolesError} `StoreFailed`.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export async function updateSecret(update: SecretUpdate, context: SecretsContext): Promise<void> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const current = await readSecret(update.secretId, context);
    const text = update.edit(current?.text);
    if (text === undefined || text === current?.text) return;
    const isWritten = current
      ? await replace(update, text, current.versionId, context)
      : await create(update, text, context);
    if (isWritten) return update.erase ? erasePrevious(update, text, context) : undefined;
  }
  throw new AgentRolesError(`${update.secretId}: ${MOST_TRIES} other writers came before this one`, {
    code: "StoreFailed",
    retryable: true,
    fix: "Use a prefix (one secret per profile) when many processes write.",
  });
}

/** Writes the text once more: then `AWSPREVIOUS` holds it too. If another writer was faster, it does so already. */
async function erasePrevious(update: SecretUpdate, text: string, context: SecretsContext): Promise<void> {
  const current = await readSecret(update.secretId, context);
  if (current?.text === text) await replace(update, text, current.versionId, context);
}

interface CurrentSecret {
  readonly text: string | undefined;
  readonly versionId: string;
}

/** `undefined` when there is no secret, or none of its versions is current. */
export async function readSecret(
  secretId: string,
  { client, signal }: SecretsContext,
): Promise<CurrentSecret | undefined> {
  try {
    const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: "AWSCURRENT" });
    const { SecretString, SecretBinary, VersionId: versionId = "" } = await client.send(command, sending(signal));
    // A text that we did not write, so that no store takes a binary value for a secret without one.
    return { text: SecretString ?? (SecretBinary && "a binary value"), versionId };
  } catch (error) {
    if (failureName(error) === "ResourceNotFoundException") return undefined;
    throw secretFailed(error, { action: "GetSecretValue", secretId });
  }
}

/** @returns false when another writer was faster. */
async function replace(
  { secretId, shared }: SecretUpdate,
  text: string,
  versionId: string,
  context: SecretsContext,
): Promise<boolean> {
  const next = versionToken(versionId, text);
  await put({ secretId, text, token: next, ...(shared && { stage: WAITING_STAGE }) }, context);
  if (!shared) return true;
  try {
    const move = { VersionStage: "AWSCURRENT", MoveToVersionId: next, RemoveFromVersionId: versionId };
    const command = new UpdateSecretVersionStageCommand({ SecretId: secretId, ...move });
    await context.client.send(command, sending(context.signal));
    return true;
  } catch (error) {
    // The label is not where it was when we read.
    if (failureName(error) === "InvalidParameterException") return false;
    throw secretFailed(error, { action: "UpdateSecretVersionStage", secretId });
  }
}

/** @returns false when another writer was faster. */
async function create(update: SecretUpdate, text: string, context: SecretsContext): Promise<boolean> {
  const { secretId } = update;
  if (secretId.startsWith("arn:")) throw noSuchSecret(secretId);
  const token = versionToken("", text);
  try {
    const command = new CreateSecretCommand({
      Name: secretId,
      SecretString: text,
      ClientRequestToken: token,
      ...update.create,
    });
    await context.client.send(command, sending(context.signal));
    return true;
  } catch (error) {
    if (failureName(error) !== "ResourceExistsException")
      throw secretFailed(error, { action: "CreateSecret", secretId });
  }
  // There by now with a value, or made by somebody else without one.
  if (await readSecret(secretId, context)) return false;
  await put({ secretId, text, token }, context);
  return true;
}

function noSuchSecret(arn: string): AgentRolesError {
  const fix = "create the secret, or give its name instead of its ARN: then it is made";
  return new AgentRolesError(`${arn}: there is no such secret, or it has no value`, {
    code: "StoreFailed",
    retryable: true,
    fix,
  });
}

interface NewVersion {
  readonly secretId: string;
  readonly text: string;
  readonly token: string;
  readonly stage?: string;
}

async function put({ secretId, text, token, stage }: NewVersion, { client, signal }: SecretsContext): Promise<void> {
  try {
    const command = new PutSecretValueCommand({
      SecretId: secretId,
      SecretString: text,
      ClientRequestToken: token,
      ...(stage && { VersionStages: [stage] }),
    });
    await client.send(command, sending(signal));
  } catch (error) {
    throw secretFailed(error, { action: "PutSecretValue", secretId });
  }
}

/** What it holds and what it follows, in the form of the UUID that AWS recommends. */
function versionToken(previous: string, text: string): string {
  const hash = createHash("sha256").update(`${previous}\n${text}`).digest("hex");
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join("-");
}

/** The options of a call that this signal ends. */
export function sending(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
