/** Where STS is asked when nothing names a Region: the partition's own default. */
const DEFAULT_REGIONS: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
  "aws-iso": "us-iso-east-1",
  "aws-iso-b": "us-isob-east-1",
  "aws-iso-e": "eu-isoe-west-1",
  "aws-iso-f": "us-isof-south-1",
  "aws-eusc": "eusc-de-east-1",
};

/** `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the default Region of the partition that the roles are in. */
export function stsRegion(env: Readonly<Record<string, string | undefined>>, partition = "aws"): string {
  return env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || DEFAULT_REGIONS[partition] || "us-east-1";
}
