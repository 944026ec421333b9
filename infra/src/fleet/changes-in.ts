import type { Toolkit } from "@aws-cdk/toolkit-lib";

type TemplateDiff = Awaited<ReturnType<Toolkit["diff"]>>[string];

/** One line per resource and output that differs, such as `~ AWS::IAM::Role TargetReader (Policies)`. */
export function changesIn({ resources, outputs }: Pick<TemplateDiff, "resources" | "outputs">): string[] {
  const changes: string[] = [];
  resources.forEachDifference((logicalId, change) => {
    const properties = change.isUpdate ? ` (${Object.keys(change.propertyUpdates).join(", ")})` : "";
    changes.push(`${sign(change)} ${change.newResourceType ?? change.oldResourceType ?? ""} ${logicalId}${properties}`);
  });
  outputs.forEachDifference((name, change) => {
    changes.push(`${sign(change)} output ${name}`);
  });
  return changes;
}

function sign({ isAddition, isRemoval }: { readonly isAddition: boolean; readonly isRemoval: boolean }): string {
  return isAddition ? "+" : isRemoval ? "-" : "~";
}
