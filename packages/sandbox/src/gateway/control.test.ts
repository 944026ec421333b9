import { describe, expect, it } from "vitest";
import { callLog } from "../sts/call-log.ts";
import { faultInjector } from "../sts/faults.ts";
import { control } from "./control.ts";
import type { Reply } from "./error-document.ts";

const fixture = () => ({ faults: faultInjector("Deploy"), calls: callLog() });
const ask = (line: string, options: { body?: string; fixture?: ReturnType<typeof fixture> } = {}): Reply => {
  const [method = "", url = ""] = line.split(" ");
  return control({ method, url }, options.body ?? "", options.fixture ?? fixture());
};

describe("control", () => {
  it("sets faults and returns the current ones", () => {
    const there = fixture();
    expect(ask("PUT /_sandbox/faults", { body: '{"throttle":3}', fixture: there })).toMatchObject({ status: 200 });
    expect(there.faults.current()).toEqual({ throttle: 3 });
    expect(JSON.parse(ask("GET /_sandbox/faults", { fixture: there }).body)).toEqual({ throttle: 3 });
  });

  it.each([
    ["not JSON", "{", "JSON"],
    ["no fault", '{"throtle":3}', '\\"throtle\\" is not a fault'],
    ["a wrong value", '{"latencyMs":-1}', "latencyMs: -1 is not 0 to 60000 milliseconds"],
  ])("answers 400 to %s, and keeps the faults as they were", (_case, body, text) => {
    const there = fixture();
    there.faults.set({ throttle: 1 });
    const reply = ask("PUT /_sandbox/faults", { body, fixture: there });
    expect(reply).toMatchObject({ status: 400, body: expect.stringContaining(text) });
    expect(there.faults.current()).toEqual({ throttle: 1 });
  });

  it("returns the calls and clears them", () => {
    const there = fixture();
    there.calls.add({ action: "AssumeRole", outcome: "ok", at: 1 });
    expect(JSON.parse(ask("GET /_sandbox/calls", { fixture: there }).body)).toEqual([
      { action: "AssumeRole", outcome: "ok", at: 1 },
    ]);
    expect(ask("DELETE /_sandbox/calls", { fixture: there }).status).toBe(200);
    expect(there.calls.all()).toEqual([]);
  });

  it("answers 404 and what there is to anything else", () => {
    expect(ask("POST /_sandbox/faults")).toMatchObject({
      status: 404,
      body: expect.stringContaining("GET or PUT /_sandbox/faults"),
    });
  });
});
