import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startAgentRoles } from "../harness/agent-roles.ts";
import { browse, CHROMIUM } from "../harness/chromium.ts";
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

describe.skipIf(CHROMIUM === undefined)("a browser (needs Chromium)", () => {
  it("shows the status page with its styles", async () => {
    const { html, console } = await browse(`${served.url}/`);
    expect(html).toMatch(/2 profiles: 2 fresh[^]*>First<[^]*>Second<[^]*<svg /);
    expect(console).toEqual([]);
  });

  it("gives the script of a page on another port nothing", async () => {
    const site = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end(`<p></p><script>
          fetch("${served.url}/").catch((error) => error.name).then((got) => { document.querySelector("p").textContent = got; });
        </script>`);
    });
    await once(site.listen(0, "127.0.0.1"), "listening");
    const address = site.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    expect((await browse(url)).html).toContain("<p>TypeError</p>");
    site.close();
  });
});
