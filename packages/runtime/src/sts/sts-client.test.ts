import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeEach, expect, it, vi } from "vitest";
import { responseDate, stsClient } from "./sts-client.ts";
import { stsRegion } from "./sts-region.ts";

/** The host that a call would go to. */
async function hostOf(region: string): Promise<string> {
  const client = stsClient({ region, credentials: async () => ({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "s" }) });
  let host = "";
  client.middlewareStack.add(
    () => async (args) => {
      const { request } = args;
      host = typeof request === "object" && request !== null ? String(Reflect.get(request, "hostname")) : "";
      throw new Error("not sent");
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await client.send(new GetCallerIdentityCommand({})).catch(() => undefined);
  return host;
}

beforeEach(() => {
  for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"]) vi.stubEnv(name, undefined);
});

it.each([
  ["aws", "sts.us-east-1.amazonaws.com"],
  ["aws-cn", "sts.cn-north-1.amazonaws.com.cn"],
  ["aws-us-gov", "sts.us-gov-west-1.amazonaws.com"],
  ["aws-iso", "sts.us-iso-east-1.c2s.ic.gov"],
  ["aws-iso-b", "sts.us-isob-east-1.sc2s.sgov.gov"],
  ["aws-iso-e", "sts.eu-isoe-west-1.cloud.adc-e.uk"],
  ["aws-iso-f", "sts.us-isof-south-1.csp.hci.ic.gov"],
  ["aws-eusc", "sts.eusc-de-east-1.amazonaws.eu"],
])("asks the partition %s in a Region of its own", async (partition, host) => {
  expect(await hostOf(stsRegion({}, partition))).toBe(host);
});

it("asks the Region's own endpoint, also where the SDK of old asked a global one", async () => {
  vi.stubEnv("AWS_STS_REGIONAL_ENDPOINTS", "legacy");
  expect(await hostOf("eu-west-1")).toBe("sts.eu-west-1.amazonaws.com");
  expect(await hostOf("us-east-1")).toBe("sts.us-east-1.amazonaws.com");
});

it.each<readonly [string, Record<string, string>, boolean]>([
  ["STS", { "x-amzn-requestid": "1" }, true],
  ["a proxy", {}, false],
  ["a cache", { "x-amzn-requestid": "1", age: "600" }, false],
])("believes the date of %s: %s", (_, headers, believed) => {
  const date = "Thu, 01 Jan 2032 00:00:00 GMT";
  const expected = believed ? Date.parse(date) + 500 : undefined;
  expect(responseDate({ headers: { ...headers, date } })).toBe(expected);
});
