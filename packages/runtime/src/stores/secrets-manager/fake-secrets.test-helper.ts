import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

interface FakeVersion {
  /** One that begins with NUL stands for a binary value. */
  readonly text: string | undefined;
  readonly stages: Set<string>;
}

interface FakeSecret {
  readonly versions: Map<string, FakeVersion>;
  readonly tags: { Key: string; Value: string }[];
  readonly input: FakeInput;
  deleted: boolean;
}

/** The fields of all commands that we send. */
interface FakeInput {
  readonly SecretId?: string;
  readonly Name?: string;
  readonly SecretString?: string;
  readonly ClientRequestToken?: string;
  readonly VersionStages?: readonly string[];
  readonly VersionStage?: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
  readonly KmsKeyId?: string;
  readonly Description?: string;
  readonly Tags?: { Key: string; Value: string }[];
}

/** Secrets Manager in memory, below a real client: what is sent is what the client would send. */
export interface FakeSecrets {
  readonly client: SecretsManagerClient;
  readonly secrets: Map<string, FakeSecret>;
  /** The actions so far, in order. */
  readonly calls: string[];
  /** The current text of a secret. */
  text(name: string): string | undefined;
  /** Asked before every call; what it throws is the answer. */
  before: (action: string, input: FakeInput) => void | Promise<void>;
}

/** An error as the client makes it from AWS's answer. */
export function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

export function fakeSecrets(): FakeSecrets {
  const secrets = new Map<string, FakeSecret>();
  const client = new SecretsManagerClient({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" },
  });
  const current = (name: string): [string, FakeVersion] | undefined =>
    [...(secrets.get(name)?.versions ?? [])].find(([, { stages }]) => stages.has("AWSCURRENT"));
  const fake: FakeSecrets = {
    client,
    secrets,
    calls: [],
    text: (name) => current(name)?.[1].text,
    before: () => undefined,
  };

  const existing = (name = ""): FakeSecret => {
    const secret = secrets.get(name);
    if (!secret) throw awsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    if (secret.deleted) {
      const message = "You can't perform this operation on the secret because it was marked for deletion.";
      throw awsError("InvalidRequestException", message);
    }
    return secret;
  };
  const moveCurrent = (secret: FakeSecret, to: string): void => {
    for (const [id, { stages }] of secret.versions) {
      stages.delete("AWSPREVIOUS");
      if (stages.delete("AWSCURRENT") && id !== to) stages.add("AWSPREVIOUS");
    }
    secret.versions.get(to)?.stages.add("AWSCURRENT");
  };
  const actions: Readonly<Record<string, (input: FakeInput) => object>> = {
    GetSecretValue: ({ SecretId = "" }) => {
      existing(SecretId);
      const [id, version] = current(SecretId) ?? [];
      if (!version) throw awsError("ResourceNotFoundException", "can't find the value for staging label: AWSCURRENT");
      const isBinary = version.text?.startsWith("\0");
      return { VersionId: id, ...(isBinary ? { SecretBinary: Buffer.from("\0") } : { SecretString: version.text }) };
    },
    CreateSecret: (input) => {
      const { Name = "", SecretString: text, ClientRequestToken: token = "", Tags: tags = [] } = input;
      if (secrets.has(Name)) throw awsError("ResourceExistsException", `the secret ${Name} already exists.`);
      const versions = new Map([[token, { text, stages: new Set(["AWSCURRENT"]) }]]);
      secrets.set(Name, { versions, tags, input, deleted: false });
      return {};
    },
    PutSecretValue: ({ SecretId, SecretString: text, ClientRequestToken: token = "", VersionStages }) => {
      const secret = existing(SecretId);
      const same = secret.versions.get(token);
      if (same && same.text !== text) throw awsError("ResourceExistsException", "the token is in use");
      if (same) return {};
      for (const stage of VersionStages ?? []) for (const { stages } of secret.versions.values()) stages.delete(stage);
      secret.versions.set(token, { text, stages: new Set(VersionStages) });
      if (!VersionStages || secret.versions.size === 1) moveCurrent(secret, token);
      return {};
    },
    UpdateSecretVersionStage: ({ SecretId = "", MoveToVersionId = "", RemoveFromVersionId = "" }) => {
      const secret = existing(SecretId);
      if (current(SecretId)?.[0] !== RemoveFromVersionId)
        throw awsError("InvalidParameterException", "AWSCURRENT is attached to another version");
      moveCurrent(secret, MoveToVersionId);
      return {};
    },
    DescribeSecret: ({ SecretId }) => ({ Tags: existing(SecretId).tags }),
    DeleteSecret: ({ SecretId = "" }) => {
      existing(SecretId);
      secrets.delete(SecretId);
      return {};
    },
  };

  client.middlewareStack.add(
    (_, context) => async (args) => {
      const action = (context.commandName ?? "").replace(/Command$/, "");
      const input: FakeInput = Object.fromEntries(Object.entries(args.input));
      fake.calls.push(action);
      await fake.before(action, input);
      const output = actions[action]?.(input);
      if (!output) throw new Error(`the fake has no ${action}`);
      return { response: {}, output: { $metadata: {}, ...output } };
    },
    { step: "initialize" },
  );
  return fake;
}

/** A secret that somebody else made; with no text, one without a value. */
export function givenSecret(fake: FakeSecrets, name: string, text?: string, deleted = false): void {
  const versions = new Map(text === undefined ? [] : [["v0", { text, stages: new Set(["AWSCURRENT"]) }]]);
  fake.secrets.set(name, { versions, tags: [], input: {}, deleted });
}
