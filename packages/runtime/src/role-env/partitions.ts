/** The Region of each partition where STS is called when nothing names one. */
export const DEFAULT_REGIONS: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
  "aws-iso": "us-iso-east-1",
  "aws-iso-b": "us-isob-east-1",
  "aws-iso-e": "eu-isoe-west-1",
  "aws-iso-f": "us-isof-south-1",
  "aws-eusc": "eusc-de-east-1",
};

/** The partition of a Region, by the beginning of its name. */
export function partitionOf(region: string): string {
  const matches = ([partition, example]: [string, string]): boolean =>
    partition !== "aws" && region.startsWith(example.replace(/[a-z]+-\d+$/, ""));
  return Object.entries(DEFAULT_REGIONS).find(matches)?.[0] ?? "aws";
}
