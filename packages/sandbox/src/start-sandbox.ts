import { callLog, type StsCall } from "./sts/call-log.ts";
import { type Faults, faultInjector } from "./sts/faults.ts";
import { gatewayHandler } from "./gateway/gateway.ts";
import { listenOnLoopback, type LoopbackServer } from "./gateway/listen-on-loopback.ts";
import { type AdminKeys, iamState } from "./iam/iam-state.ts";
import { startMoto } from "./moto/start-moto.ts";
import { abortedStart, SandboxError } from "./sandbox-error.ts";
import { sessionTable } from "./sts/session-table.ts";

export interface SandboxOptions {
  /** Account IDs. The first is the management and master account. Default: 123456789012 and 123456789013. */
  readonly accounts?: readonly string[];
  /** Role that the first account assumes to deploy into each account. Default: `OrganizationAccountAccessRole`. */
  readonly deployRoleName?: string;
  /** Organization ID of all accounts: `aws:PrincipalOrgID`, `aws:ResourceOrgID`. Default: no organization. */
  readonly organizationId?: string;
  /** The gateway's port. Default: a free one. */
  readonly port?: number;
  /** Path of a `moto_server`, or of a Python with moto 5.2. Default: `AGENT_ROLES_MOTO_SERVER`, then `PATH`. */
  readonly motoServer?: string;
  /** Python that creates the private virtual environment when one is needed. Default: the first on `PATH` that is 3.10 or newer. */
  readonly python?: string;
  /** Stops the start, or the running sandbox. */
  readonly signal?: AbortSignal;
  /** Receives one line for each step that takes time. */
  readonly onProgress?: (message: string) => void;
  /** Source of `PATH`, the cache directory and `AGENT_ROLES_MOTO_SERVER`. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** AWS's clock, in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A local AWS for tests: moto behind a gateway that enforces trust. */
export interface Sandbox {
  /** Endpoint URL for AWS clients: `http://localhost:<port>`. With 127.0.0.1, CloudFormation does not find its template bucket. */
  readonly endpoint: string;
  readonly port: number;
  /** moto's own port. It answers the gateway only. */
  readonly motoEndpoint: string;
  readonly accounts: readonly string[];
  readonly deployRoleName: string;
  /**
   * Variables that point any AWS client at the sandbox as the administrator of the first account. Unset `AWS_PROFILE`: SDKs
   * prefer it to keys.
   */
  env(): Record<string, string>;
  /**
   * Long-term access key of an account's administrator. Default: the first account.
   *
   * @throws SandboxError `InvalidOption` for an account that is not in `accounts`.
   */
  admin(accountId?: string): AdminKeys;
  /**
   * Replaces the current faults; `{}` clears them.
   *
   * @throws SandboxError `InvalidOption`.
   */
  faults(next: Faults): void;
  /** The STS calls since the start or the last reset, oldest first. */
  calls(): readonly StsCall[];
  resetCalls(): void;
  /** Stops the gateway and moto; leaves no process and no file. Safe to call twice. */
  close(): Promise<void>;
}

/** The service control policy that AWS Organizations attaches everywhere. */
const FULL_AWS_ACCESS = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
const DEFAULT_ACCOUNTS = ["123456789012", "123456789013"];
/** The name that AWS Organizations uses. */
const DEFAULT_DEPLOY_ROLE = "OrganizationAccountAccessRole";

/**
 * Starts a sandbox in this process, and moto in a child process that ends with this one.
 *
 * @throws SandboxError `InvalidOption`, `PortTaken`, `MotoNotFound`, `Aborted`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const accounts = checkedAccounts(options.accounts ?? DEFAULT_ACCOUNTS);
  const deployRoleName = options.deployRoleName ?? DEFAULT_DEPLOY_ROLE;
  const { signal, now = Date.now, env = process.env } = options;
  const { motoServer, python, onProgress } = options;
  const moto = await startMoto({ env, signal, motoServer, python, onProgress });
  let death: string | undefined;
  void moto.ended.then((lastWords) => {
    death = `moto has ended: ${lastWords}`;
  });
  const iam = iamState(moto);
  const faults = faultInjector(deployRoleName);
  const calls = callLog();
  const [management = ""] = accounts;
  const admins = new Map<string, AdminKeys>();
  const handler = gatewayHandler({
    moto,
    motoDeath: () => death,
    iam,
    sessions: sessionTable(),
    faults,
    calls,
    membership: (accountId) => {
      const { organizationId: orgId } = options;
      const { serviceControlPolicy } = faults.current();
      return {
        ...(!accounts.includes(accountId) && { isMissing: true }),
        ...(orgId !== undefined && accounts.includes(accountId) && { orgId }),
        // The management account is exempt.
        ...(serviceControlPolicy && accountId !== management && { scps: [[FULL_AWS_ACCESS, serviceControlPolicy]] }),
      };
    },
    now: () => now() + (faults.current().clockOffsetMs ?? 0),
  });
  let server: LoopbackServer;
  try {
    for (const account of accounts) {
      admins.set(account, await iam.setUpAccount(account, management, deployRoleName));
    }
    server = await listenOnLoopback(handler, options.port ?? 0);
    if (signal?.aborted) {
      await server.close();
      throw abortedStart(signal.reason);
    }
  } catch (error) {
    await moto.stop();
    throw error;
  }

  const endpoint = `http://localhost:${server.port}`;
  const admin = (accountId = management): AdminKeys => {
    const keys = admins.get(accountId);
    // A copy: the SDK adds properties to credentials.
    if (keys) return { ...keys };
    throw new SandboxError(`${accountId} is not an account of this sandbox`, {
      code: "InvalidOption",
      fix: `Use one of ${accounts.join(", ")}, or add the account to \`accounts\`.`,
    });
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= server.close().then(() => moto.stop()));
  signal?.addEventListener("abort", () => void close(), { once: true });
  return {
    endpoint,
    port: server.port,
    motoEndpoint: moto.endpoint,
    accounts,
    deployRoleName,
    env: () => ({
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: admin().accessKeyId,
      AWS_SECRET_ACCESS_KEY: admin().secretAccessKey,
      // SDKs read empty as unset; a leftover token in the environment would not match the keys.
      AWS_SESSION_TOKEN: "",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    }),
    admin,
    faults: (next) => faults.set(next),
    calls: () => calls.all(),
    resetCalls: () => calls.reset(),
    close,
  };
}

function checkedAccounts(accounts: readonly string[]): readonly string[] {
  const wrong = accounts.filter((account) => !/^\d{12}$/.test(account));
  if (accounts.length > 0 && wrong.length === 0) return [...new Set(accounts)];
  throw new SandboxError(accounts.length === 0 ? "accounts is empty" : `not an account id: ${wrong.join(", ")}`, {
    code: "InvalidOption",
    fix: "Use account IDs of twelve digits.",
  });
}
