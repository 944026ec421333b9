import { setTimeout as sleep } from "node:timers/promises";
import { type Manifest, STACK_SET_ROLES } from "@agent-roles/manifest";
import type { CloudFormationClient, StackInstanceSummary } from "@aws-sdk/client-cloudformation";
import { InfraError } from "../infra-error.ts";
import { stackSetTemplate } from "../stack-set-template.ts";
import type { ClientIn } from "./calling-session.ts";
import { deployFailure } from "./deploy-failure.ts";
import { type FleetOptions, POLLING_MS, type StackResult } from "./fleet-options.ts";
import { accountId, type FleetStack } from "./selected-stacks.ts";
import { isDifferent, type StackSet, stackSetDefinition } from "./stack-set-definition.ts";
import { templateChanges } from "./template-changes.ts";

type Sdk = typeof import("@aws-sdk/client-cloudformation");

/** The StackSet of a manifest in AWS. */
interface Context {
  readonly manifest: Manifest;
  readonly options: FleetOptions;
  readonly sdk: Sdk;
  readonly client: CloudFormationClient;
  readonly name: string;
  /** Accounts of the roles; with `--accounts`, the chosen ones. */
  readonly accounts: readonly string[];
  /** In every call. */
  readonly id: { readonly StackSetName: string; readonly CallAs?: "DELEGATED_ADMIN" };
}

/**
 * Creates or updates the StackSet and its stacks. CloudFormation deploys each account by itself, and a second call touches what
 * is missing or has failed.
 *
 * @returns a result per account: those of the manifest, and with organizational units those that CloudFormation found there.
 * @throws {InfraError} `StackSetFailed` when CloudFormation refuses the StackSet as a whole.
 */
export async function deployStackSet(
  manifest: Manifest,
  clientIn: ClientIn,
  options: FleetOptions,
): Promise<StackResult[]> {
  return onStackSet(manifest, clientIn, options, async (context) => {
    const { sdk, client, id, accounts } = context;
    const { organizationalUnits: units = [] } = manifest.stackSets ?? {};
    const TemplateBody = stackSetTemplate(manifest);
    const definition = { ...id, TemplateBody, ...stackSetDefinition(manifest) };
    const existing = await describe(context);
    if (!existing) await client.send(new sdk.CreateStackSetCommand(definition));
    const before = existing ? await instancesOf(context) : [];
    let touched: readonly string[] = [];
    const ofThis = before.flatMap(({ Account = "" }) => (isChosen(context, Account) ? [Account] : []));
    if (existing && isDifferent(existing, definition)) {
      const where = options.accounts ? within(context, units, ofThis) : preferences(manifest);
      await operate(context, await client.send(new sdk.UpdateStackSetCommand({ ...definition, ...where })));
      touched = ofThis;
    } else {
      const outdated = before.flatMap(({ Account = "", Status }) =>
        Status !== "CURRENT" && ofThis.includes(Account) ? [Account] : [],
      );
      if (outdated.length > 0) {
        const update = new sdk.UpdateStackInstancesCommand({ ...id, ...within(context, units, outdated) });
        await operate(context, await client.send(update));
        touched = outdated;
      }
    }
    const missing = accounts.filter((account) => before.every(({ Account }) => Account !== account));
    const newUnits = units.filter((unit) => existing?.OrganizationalUnitIds?.includes(unit) !== true);
    if (units.length > 0 ? newUnits.length > 0 : missing.length > 0) {
      const isWhole = units.length > 0 && !options.accounts;
      const where = isWhole ? within(context, newUnits) : within(context, units, missing);
      await operate(context, await client.send(new sdk.CreateStackInstancesCommand({ ...id, ...where })));
    }
    const after = await instancesOf(context);
    const isNew = (account: string): boolean => before.every(({ Account }) => Account !== account);
    return results(context, after, (instance) => {
      const { Account: account = "" } = instance ?? {};
      if (instance?.Status !== "CURRENT") return failed(context, instance);
      return { status: touched.includes(account) || isNew(account) ? "deployed" : "unchanged" };
    });
  });
}

/** Compares the StackSet with the manifest. @see deployStackSet for results and errors. */
export async function diffStackSet(
  manifest: Manifest,
  clientIn: ClientIn,
  options: FleetOptions,
): Promise<StackResult[]> {
  return onStackSet(manifest, clientIn, options, async (context) => {
    const TemplateBody = stackSetTemplate(manifest);
    const existing = await describe(context);
    const changes = templateChanges(existing?.TemplateBody, TemplateBody);
    const settings =
      existing && changes.length === 0 && isDifferent(existing, { TemplateBody, ...stackSetDefinition(manifest) })
        ? ["~ settings of the StackSet"]
        : [];
    return results(context, existing ? await instancesOf(context) : [], (instance) => {
      const missing = !instance ? ["+ stack"] : instance.Status === "CURRENT" ? [] : ["~ stack that is not current"];
      const all = [...missing, ...changes, ...settings];
      return all.length > 0 ? { status: instance ? "changed" : "new", changes: all } : { status: "unchanged" };
    });
  });
}

/**
 * Deletes the stacks of the StackSet in the chosen accounts, and the StackSet when no stack is left.
 *
 * @param only accounts to delete instead, such as those that left the manifest.
 */
export async function destroyStackSet(
  manifest: Manifest,
  clientIn: ClientIn,
  options: FleetOptions,
  only?: readonly string[],
): Promise<StackResult[]> {
  return onStackSet(manifest, clientIn, options, async (context) => {
    const { sdk, client, id, name } = context;
    const existing = await describe(context);
    if (!existing) return [];
    const before = await instancesOf(context);
    const chosen = only ?? options.accounts?.map((each) => accountId(manifest, each));
    const gone = before.flatMap(({ Account = "" }) => (chosen?.includes(Account) === false ? [] : [Account]));
    if (gone.length > 0) {
      const units = existing.OrganizationalUnitIds ?? [];
      const where = units.length > 0 && !chosen ? within(context, units) : within(context, units, gone);
      const deletion = new sdk.DeleteStackInstancesCommand({ ...id, ...where, RetainStacks: false });
      await operate(context, await client.send(deletion));
    }
    const after = await instancesOf(context);
    if (after.length === 0) await client.send(new sdk.DeleteStackSetCommand(id));
    return gone.map((account) => {
      const left = after.find(({ Account }) => Account === account);
      return { account, stack: name, ...(left ? failed(context, left) : { status: "destroyed" as const }) };
    });
  });
}

/**
 * Stacks of the StackSet in accounts that left the manifest; organizational units decide about their accounts themselves. With
 * `deployment: accounts`, all stacks of a StackSet that an earlier manifest deployed.
 */
export async function orphanedInstances(
  manifest: Manifest,
  clientIn: ClientIn,
  options: FleetOptions,
): Promise<FleetStack[]> {
  const context = await connect(manifest, clientIn, options);
  if (manifest.stackSets?.organizationalUnits) return [];
  const isInUse = manifest.deployment === "stack-sets";
  const existing = await describe(context).catch((error: unknown) => {
    // A deploy role that never deployed a StackSet can have no permission for StackSets.
    if (isInUse) throw error;
  });
  if (!existing) return [];
  const known = new Set(isInUse ? manifest.roles.map(({ account }) => account) : []);
  return (await instancesOf(context)).flatMap(({ Account = "" }) =>
    known.has(Account) ? [] : [{ account: Account, stack: context.name }],
  );
}

async function connect(manifest: Manifest, clientIn: ClientIn, options: FleetOptions): Promise<Context> {
  const sdk = await import("@aws-sdk/client-cloudformation");
  const { stackPrefix = "", accounts: chosen } = options;
  const { administrationAccount = manifest.master.account, delegatedAdministrator } = manifest.stackSets ?? {};
  const client = new sdk.CloudFormationClient(clientIn(administrationAccount));
  const name = `${stackPrefix}agent-roles`;
  const ids = chosen?.map((each) => accountId(manifest, each));
  const accounts = [...new Set(manifest.roles.map(({ account }) => account))].filter(
    (account) => ids?.includes(account) ?? true,
  );
  const id = { StackSetName: name, ...(delegatedAdministrator && { CallAs: "DELEGATED_ADMIN" as const }) };
  return { manifest, options, sdk, client, name, accounts, id };
}

/** A task on the StackSet; a refusal of the whole StackSet becomes an error with its fix. @returns the results, after their report. */
async function onStackSet(
  manifest: Manifest,
  clientIn: ClientIn,
  options: FleetOptions,
  task: (context: Context) => Promise<StackResult[]>,
): Promise<StackResult[]> {
  const context = await connect(manifest, clientIn, options);
  const { name, sdk } = context;
  try {
    const all = await task(context);
    for (const [index, result] of all.entries()) options.onResult?.(result, { done: index + 1, total: all.length });
    return all;
  } catch (error) {
    if (!(error instanceof sdk.CloudFormationServiceException)) throw error;
    const { administrationAccount = manifest.master.account } = manifest.stackSets ?? {};
    const { message, fix } = deployFailure(error, `the deploy role of account ${administrationAccount}`, name);
    throw new InfraError("StackSetFailed", [{ path: name, message, fix }]);
  }
}

/** Whether an account that has a stack is one that this call is about. */
function isChosen({ manifest, options, accounts }: Context, account: string): boolean {
  const isOfUnits = manifest.stackSets?.organizationalUnits !== undefined && !options.accounts;
  return isOfUnits || accounts.includes(account);
}

function preferences({ stackSets = {} }: Manifest) {
  const { failureTolerancePercentage = 100, maxConcurrentPercentage = 25 } = stackSets;
  return {
    OperationPreferences: {
      FailureTolerancePercentage: failureTolerancePercentage,
      MaxConcurrentPercentage: maxConcurrentPercentage,
      // Otherwise the tolerance limits how many accounts are deployed at a time.
      ConcurrencyMode: "SOFT_FAILURE_TOLERANCE" as const,
    },
  };
}

/** Where an operation works: in whole organizational units, in accounts of them, or in accounts. */
function within({ manifest, options: { region } }: Context, units: readonly string[], accounts?: readonly string[]) {
  const Accounts = [...(accounts ?? [])];
  const DeploymentTargets = {
    OrganizationalUnitIds: [...units],
    ...(accounts && { Accounts, AccountFilterType: "INTERSECTION" as const }),
  };
  return { ...(units.length > 0 ? { DeploymentTargets } : { Accounts }), Regions: [region], ...preferences(manifest) };
}

async function describe({ sdk, client, id }: Context): Promise<StackSet | undefined> {
  try {
    return (await client.send(new sdk.DescribeStackSetCommand(id))).StackSet;
  } catch (error) {
    if (error instanceof sdk.StackSetNotFoundException) return undefined;
    throw error;
  }
}

async function instancesOf({ sdk, client, id }: Context): Promise<StackInstanceSummary[]> {
  const found: StackInstanceSummary[] = [];
  for await (const { Summaries = [] } of sdk.paginateListStackInstances({ client }, id)) found.push(...Summaries);
  return found;
}

/** Waits for the end of an operation; an abort stops it after what is in progress. */
async function operate(
  context: Context,
  { OperationId }: { readonly OperationId?: string | undefined },
): Promise<void> {
  const { sdk, client, id, options } = context;
  const { pollingMs = POLLING_MS, signal } = options;
  let isStopped = false;
  for (;;) {
    const { StackSetOperation } = await client.send(new sdk.DescribeStackSetOperationCommand({ ...id, OperationId }));
    const { Status = "" } = StackSetOperation ?? {};
    if (!["RUNNING", "QUEUED", "STOPPING"].includes(Status)) return;
    if (signal?.aborted && !isStopped) {
      isStopped = true;
      await client.send(new sdk.StopStackSetOperationCommand({ ...id, OperationId }));
    }
    await sleep(pollingMs);
  }
}

type Outcome = Omit<StackResult, "account" | "stack">;

/** One result per account of the manifest, then per account that only CloudFormation knows. */
function results(
  context: Context,
  instances: readonly StackInstanceSummary[],
  outcome: (instance: StackInstanceSummary | undefined) => Outcome,
): StackResult[] {
  const byAccount = new Map(instances.map((each) => [each.Account ?? "", each]));
  const others = [...byAccount.keys()].filter((account) => isChosen(context, account));
  const all = [...new Set([...context.accounts, ...others])];
  return all.map((account) => ({ account, stack: context.name, ...outcome(byAccount.get(account)) }));
}

function failed({ manifest, name }: Context, instance: StackInstanceSummary | undefined): Outcome {
  const { partition, stackSets = {} } = manifest;
  if (!instance) {
    const code = stackSets.organizationalUnits ? "NotInOrganizationalUnits" : "Failed";
    const message = "CloudFormation has no stack for the account";
    const fix = stackSets.organizationalUnits
      ? "Move the account below stackSets.organizationalUnits, or remove it from the manifest. The management account is never deployed."
      : `See the operations of StackSet ${name}.`;
    return { status: "failed", code, message, fix };
  }
  const { Account = "", StatusReason = "", StackInstanceStatus } = instance;
  const { DetailedStatus = "FAILED" } = StackInstanceStatus ?? {};
  if (DetailedStatus === "CANCELLED" || DetailedStatus === "PENDING") return { status: "skipped" };
  const { executionRoleName = STACK_SET_ROLES.executionRoleName } = stackSets;
  const role = stackSets.organizationalUnits
    ? "the role of CloudFormation in the account"
    : `arn:${partition}:iam::${Account}:role/${executionRoleName}`;
  const { tries: _tries, ...failure } = deployFailure(StatusReason || DetailedStatus, role, name);
  return { status: "failed", ...failure };
}
