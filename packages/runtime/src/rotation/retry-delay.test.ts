import { expect, it } from "vitest";
import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import { retryDelayMs } from "./retry-delay.ts";

const failure = (retryable: boolean, code: ErrorCode = "Unknown") =>
  new AgentRolesError("x", { code, fix: "y", retryable });

it("doubles the ceiling from one second to a minute", () => {
  const ceilings = [1, 2, 3, 6, 7, 40].map((attempt) => retryDelayMs(failure(true), { attempt, random: () => 1 }));
  expect(ceilings).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});

it("takes any part of the ceiling (full jitter)", () => {
  expect(retryDelayMs(failure(true), { attempt: 3, random: () => 0.25 })).toBe(1_000);
});

it("asks every five minutes for what a person must repair", () => {
  expect(retryDelayMs(failure(false), { attempt: 1, validMs: 8_000, random: () => 0 })).toBe(300_000);
});

it("notices within a minute that the agent was given new master credentials", () => {
  expect(retryDelayMs(failure(false, "MasterCredentialsExpired"), { attempt: 1, random: () => 1 })).toBe(1_000);
  expect(retryDelayMs(failure(false, "MasterCredentialsInvalid"), { attempt: 40, random: () => 1 })).toBe(60_000);
});

it("tries more often when what is in place comes near its end, and at the usual pace when it has ended", () => {
  const ceilings = [600_000, 120_000, 8_000, 1_000, 0, -5_000].map((validMs) =>
    retryDelayMs(failure(true), { attempt: 40, validMs, random: () => 1 }),
  );
  expect(ceilings).toEqual([60_000, 30_000, 2_000, 1_000, 60_000, 60_000]);
});

it("asks within seconds for a role that can be new, and then every five minutes", () => {
  const delays = [1, 2, 5, 6].map((attempt) =>
    retryDelayMs(failure(false, "AccessDenied"), { attempt, isNew: true, random: () => 1 }),
  );
  expect(delays).toEqual([1_000, 2_000, 16_000, 300_000]);
  expect(retryDelayMs(failure(false, "AccessDenied"), { attempt: 1, random: () => 1 })).toBe(300_000);
});
