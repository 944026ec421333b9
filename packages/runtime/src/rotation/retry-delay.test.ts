import { expect, it } from "vitest";
import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import { retryDelayMs } from "./retry-delay.ts";

const failure = (retryable: boolean, code: ErrorCode = "Unknown") =>
  new AgentRolesError("x", { code, fix: "y", retryable });

it("doubles the ceiling from one second to a minute", () => {
  const ceilings = [1, 2, 3, 6, 7, 40].map((attempt) => retryDelayMs(failure(true), attempt, () => 1));
  expect(ceilings).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});

it("takes any part of the ceiling (full jitter)", () => {
  expect(retryDelayMs(failure(true), 3, () => 0.25)).toBe(1_000);
});

it("asks every five minutes for what a person must repair", () => {
  expect(retryDelayMs(failure(false), 1, () => 0)).toBe(300_000);
});

it("notices within a minute that the agent was given new master credentials", () => {
  expect(retryDelayMs(failure(false, "MasterCredentialsExpired"), 1, () => 1)).toBe(1_000);
  expect(retryDelayMs(failure(false, "MasterCredentialsInvalid"), 40, () => 1)).toBe(60_000);
});
