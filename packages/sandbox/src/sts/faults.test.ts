import { describe, expect, it } from "vitest";
import { checkedFaults, faultInjector } from "./faults.ts";

describe("faultInjector", () => {
  it("injects no fault by default", () => {
    expect(faultInjector("Deploy").next("Any")).toEqual({ latencyMs: 0 });
  });

  it("throttles the given number of calls", () => {
    const faults = faultInjector("Deploy");
    faults.set({ throttle: 2 });
    const codes = [1, 2, 3].map(() => faults.next("Any").answer);
    expect(codes).toEqual([
      { status: 400, code: "Throttling", message: "Rate exceeded" },
      { status: 400, code: "Throttling", message: "Rate exceeded" },
      undefined,
    ]);
  });

  it("is unavailable until it is cleared", () => {
    const faults = faultInjector("Deploy");
    faults.set({ unavailable: true });
    expect([1, 2, 3].map(() => faults.next("Any").answer)).toEqual(
      Array.from({ length: 3 }, () => ({ status: 503, code: "ServiceUnavailable", message: "Service Unavailable" })),
    );
    faults.set({});
    expect(faults.next("Any").answer).toBeUndefined();
  });

  it("cuts connections before it answers anything else", () => {
    const faults = faultInjector("Deploy");
    faults.set({ outage: 1, throttle: true });
    expect(faults.next("Any").answer).toEqual({ silent: true });
    expect(faults.next("Any").answer).toMatchObject({ code: "Throttling" });
  });

  it("delays and shortens every call that it lets through", () => {
    const faults = faultInjector("Deploy");
    faults.set({ latencyMs: 50, sessionLifetimeSeconds: 20 });
    expect(faults.next("Any")).toEqual({ latencyMs: 50, lifetimeSeconds: 20 });
  });

  it("spares the deploy role, so that deployments go on", () => {
    const faults = faultInjector("Deploy");
    faults.set({ throttle: true, latencyMs: 50, sessionLifetimeSeconds: 1 });
    expect(faults.next("Deploy")).toEqual({ latencyMs: 0 });
  });

  it("concerns only the roles that are named, the deploy role among them when it is", () => {
    const faults = faultInjector("Deploy");
    faults.set({ throttle: 1, roleNames: ["One", "Deploy"] });
    expect(faults.next("Two").answer).toBeUndefined();
    expect(faults.next(undefined).answer).toBeUndefined();
    expect(faults.next("Deploy").answer).toMatchObject({ code: "Throttling" });
    expect(faults.next("One").answer).toBeUndefined();
  });
});

describe("checkedFaults", () => {
  it.each([{}, { throttle: 0 }, { unavailable: false, latencyMs: 60_000, clockOffsetMs: -3_600_000, roleNames: [] }])(
    "takes %j",
    (faults) => {
      expect(checkedFaults(faults)).toEqual(faults);
    },
  );

  it.each([
    [null, "expected a JSON object"],
    [[], "expected a JSON object"],
    [{ throttle: -1 }, "throttle: -1 is not a number of calls, or true"],
    [{ unavailable: "yes" }, 'unavailable: "yes" is not a number of calls, or true'],
    [{ latencyMs: 60_001 }, "latencyMs: 60001 is not 0 to 60000 milliseconds"],
    [{ sessionLifetimeSeconds: 0 }, "sessionLifetimeSeconds: 0 is not a whole number of seconds, at least 1"],
    [{ clockOffsetMs: 0.5 }, "clockOffsetMs: 0.5 is not a whole number of milliseconds"],
    [{ roleNames: "One" }, 'roleNames: "One" is not a list of role names'],
    [{ throtle: 1, latencyMs: -1 }, '"throtle" is not a fault; latencyMs: -1 is not'],
    [{ toString: 1 }, '"toString" is not a fault'],
  ])("refuses %j", (faults, problem) => {
    expect(() => checkedFaults(faults)).toThrow(problem);
  });
});
