import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "@agent-roles/iam";
import type { StackResult } from "./fleet-result.ts";

/** A stack that was deployed from this directory. */
export interface DeployedStack {
  readonly account: string;
  readonly stack: string;
}

const FILE = "agent-roles-stacks.json";

/** The stacks that were deployed with this output directory and not destroyed since; none when the file is missing or damaged. */
export async function readDeployedStacks(directory: string): Promise<DeployedStack[]> {
  try {
    const value: unknown = JSON.parse(await readFile(join(directory, FILE), "utf8"));
    if (!Array.isArray(value)) return [];
    return value.flatMap((each: unknown) => {
      const { account, stack } = isRecord(each) ? each : {};
      return typeof account === "string" && typeof stack === "string" ? [{ account, stack }] : [];
    });
  } catch {
    return [];
  }
}

/** Adds what was deployed and removes what was destroyed. */
export async function noteDeployedStacks(
  directory: string,
  results: readonly StackResult[],
  isDestroyed: boolean,
): Promise<void> {
  const stacks = new Map((await readDeployedStacks(directory)).map((each) => [each.stack, each]));
  for (const { account, stack, status } of results) {
    if (status === "failed" || status === "skipped" || status === "changed") continue;
    if (isDestroyed) stacks.delete(stack);
    else stacks.set(stack, { account, stack });
  }
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, FILE), `${JSON.stringify([...stacks.values()], undefined, 2)}\n`);
}
