import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** How many stacks, outputs and resources of each type lie in a folder that the CDK wrote, as text to compare. */
export async function contentOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".template.json"));
  const counts: Record<string, number> = { stacks: names.length, outputs: 0 };
  for (const name of names) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the CDK wrote it, for stacks that have both
    const template = JSON.parse(await readFile(join(folder, name), "utf8")) as Template;
    counts["outputs"] = (counts["outputs"] ?? 0) + Object.keys(template.Outputs).length;
    for (const { Type: type } of Object.values(template.Resources)) counts[type] = (counts[type] ?? 0) + 1;
  }
  return JSON.stringify(counts);
}
