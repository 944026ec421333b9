import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startAgentRoles } from "../harness/agent-roles.ts";
import { chainClients } from "../harness/default-chain.ts";
import { type Fixture, openFixture, sessionOf } from "./fixture.ts";

const clients = await chainClients();

interface Served {
  readonly url: string;
  readonly profiles: readonly { readonly profile: string; readonly uri: string; readonly tokenFile: string }[];
}

let fixture: Fixture;
let run: Running;
let served: Served;

beforeAll(async () => {
  fixture = await openFixture();
  run = startAgentRoles(["run", "--json", "--endpoint", "0"], await fixture.agent());
  served = await new Promise<Served>((resolve, reject) => {
    run.onLine((line) => {
      const event = JSON.parse(line);
      if (event.event === "endpoint") resolve(event);
    });
    void run.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  while ((await fetch(`${served.url}/readyz`)).status !== 200) await setTimeout(50);
});
afterAll(async () => {
  await run?.stop("SIGTERM");
  await fixture?.close();
});

const of = (name: string) => served.profiles.find(({ profile }) => profile === name);

/** An environment with the URI of one profile and the token of another. */
async function reader(uri: "First" | "Second", token = uri): Promise<Record<string, string>> {
  return {
    ...(await fixture.outsider()),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: of(uri)?.uri ?? "",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: of(token)?.tokenFile ?? "",
  };
}

describe.each(clients)("the endpoint and $name", ({ missing, arn }) => {
  it.skipIf(missing)(`gives it each profile${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    expect(await arn(await reader("First"))).toMatch(sessionOf("First"));
    expect(await arn(await reader("Second"))).toMatch(sessionOf("Second"));
  });

  it.skipIf(missing)(
    `gives it nothing for another profile's token${missing ? ` (skipped: ${missing})` : ""}`,
    async () => {
      await expect(arn(await reader("First", "Second"))).rejects.toThrow(/credential|token is not the one/i);
    },
  );
});

it("has metrics of what real clients made it do", async () => {
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  expect(metrics).toMatch(/^agent_roles_sts_call_duration_seconds_count\{result="ok"\} 2$/m);
  expect(metrics).toMatch(/^agent_roles_rotations_total\{profile="First"\} 1$/m);
});
