import { randomBytes } from "node:crypto";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";

/** Where the integration tests deploy. */
export interface Target {
  readonly kind: "local" | "aws";
  readonly masterAccount: string;
  readonly otherAccount: string;
  /** Sets this run apart from others in the same accounts; empty where nobody else is. */
  readonly suffix: string;
  /** Variables of who deploys. */
  readonly deployer: Readonly<Record<string, string>>;
  /** The local AWS, for faults and counts; real accounts have none. */
  readonly sandbox?: Sandbox;
  close(): Promise<void>;
}

/** Variables of the calling process that reach real accounts; everything else of AWS stays out. */
const AWS_ACCESS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
];

/**
 * Opens what `SANDBOX` names: `local` (the default) starts a sandbox, `aws` takes real accounts from
 * `AGENT_ROLES_TEST_MASTER_ACCOUNT` and `AGENT_ROLES_TEST_OTHER_ACCOUNT`.
 *
 * @param furtherAccounts - of a sandbox, beside the two that the manifest names.
 * @throws when `SANDBOX` or what it needs is not set right.
 */
export async function openTarget(
  onProgress?: (message: string) => void,
  furtherAccounts: readonly string[] = [],
): Promise<Target> {
  const kind = process.env["SANDBOX"] ?? "local";
  if (kind === "aws") return realAccounts();
  if (kind !== "local") throw new Error(`SANDBOX=${kind}: use local or aws`);
  const accounts = ["123456789012", "123456789013", ...furtherAccounts];
  const sandbox = await startSandbox({ accounts, ...(onProgress && { onProgress }) });
  const [masterAccount = "", otherAccount = ""] = sandbox.accounts;
  const { deployer, close } = { deployer: sandbox.env(), close: () => sandbox.close() };
  return { kind, masterAccount, otherAccount, suffix: "", deployer, sandbox, close };
}

function realAccounts(): Target {
  const present = AWS_ACCESS.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return {
    kind: "aws",
    masterAccount: accountFrom("AGENT_ROLES_TEST_MASTER_ACCOUNT"),
    otherAccount: accountFrom("AGENT_ROLES_TEST_OTHER_ACCOUNT"),
    suffix: `-${randomBytes(3).toString("hex")}`,
    deployer: Object.fromEntries(present),
    close: async () => undefined,
  };
}

function accountFrom(variable: string): string {
  const value = process.env[variable] ?? "";
  if (/^\d{12}$/.test(value)) return value;
  throw new Error(`SANDBOX=aws needs ${variable}, an account ID of twelve digits; see test/README.md`);
}
