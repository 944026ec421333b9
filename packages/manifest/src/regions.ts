/**
 * Regions of each partition.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
const REGIONS: Readonly<Record<string, string>> = {
  aws: `us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2
    ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
    ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2
    eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1`,
  "aws-cn": "cn-north-1 cn-northwest-1",
  "aws-us-gov": "us-gov-west-1 us-gov-east-1",
  "aws-eusc": "eusc-de-east-1",
  "aws-iso": "us-iso-east-1 us-iso-west-1",
  "aws-iso-b": "us-isob-east-1 us-isob-west-1",
  "aws-iso-e": "eu-isoe-west-1",
  "aws-iso-f": "us-isof-south-1 us-isof-east-1",
};

/** The partitions that a manifest can be for. */
export const partitions: readonly string[] = Object.keys(REGIONS);

const DIRECTIONS = /-(central|north|south|east|west|northeast|northwest|southeast|southwest)-\d+$/;

/** The known Regions of a partition; the first is the default for stacks. */
export function knownRegions(partition: string): readonly string[] {
  return REGIONS[partition]?.split(/\s+/) ?? [];
}

/** Whether a Region can exist: it has the form that AWS gives to Regions, known or new. */
export function canBeRegion(region: string): boolean {
  return DIRECTIONS.test(region);
}
