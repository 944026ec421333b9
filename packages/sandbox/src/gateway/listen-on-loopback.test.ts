import { createServer } from "node:net";
import { EventEmitter, once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { listenOnLoopback, type LoopbackServer } from "./listen-on-loopback.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const listen = async (port: number): Promise<LoopbackServer> => {
  const server = await listenOnLoopback(async (_request, response) => void response.end("here"), port);
  open.push(server);
  return server;
};

/** Another program on that port. */
const occupy = async (host: string, port: number): Promise<number> => {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  open.push(server);
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
};

const hasIpv6 = await occupy("::1", 0).then(
  () => true,
  () => false,
);

describe("listenOnLoopback", () => {
  it("takes a free port and answers by every name of this machine", async () => {
    const { port } = await listen(0);
    const hosts = ["localhost", "127.0.0.1", ...(hasIpv6 ? ["[::1]"] : [])];
    const answers = await Promise.all(hosts.map(async (host) => (await fetch(`http://${host}:${port}`)).text()));
    expect(new Set(answers)).toEqual(new Set(["here"]));
  });

  it("says which port is taken", async () => {
    const port = await occupy("127.0.0.1", 0);
    await expect(listen(port)).rejects.toMatchObject({
      code: "PortTaken",
      message: `port ${port} is in use by another program\nChoose another port, or 0 for a free one.`,
    });
  });

  it.runIf(hasIpv6)("says so, too, when only IPv6 is taken, and lets go of IPv4", async () => {
    const port = await occupy("::1", 0);
    await expect(listen(port)).rejects.toMatchObject({ code: "PortTaken" });
    await expect(occupy("127.0.0.1", port)).resolves.toBe(port);
  });

  it("closes although a client still waits for its answer", async () => {
    const requests = new EventEmitter();
    const asked = once(requests, "request");
    const server = await listenOnLoopback(async () => void requests.emit("request"), 0);
    const answer = fetch(`http://127.0.0.1:${server.port}`);
    await Promise.all([asked.then(() => server.close()), expect(answer).rejects.toThrow("fetch failed")]);
  });
});
