import { userInfo } from "node:os";
import { expect, it, vi } from "vitest";
import { sharedPaths } from "./shared-paths.ts";

it("looks where AWS clients look", () => {
  expect(sharedPaths({ HOME: "/home/me" })).toEqual({
    credentialsFile: "/home/me/.aws/credentials",
    configFile: "/home/me/.aws/config",
  });
  expect(sharedPaths({ USERPROFILE: "/users/me", AWS_CONFIG_FILE: "/etc/aws" })).toEqual({
    credentialsFile: "/users/me/.aws/credentials",
    configFile: "/etc/aws",
  });
});

it("refuses one file for both config and credentials", () => {
  const env = { AWS_SHARED_CREDENTIALS_FILE: "/a", AWS_CONFIG_FILE: "/a" };
  expect(() => sharedPaths(env)).toThrow(
    expect.objectContaining({ code: "StoreFailed", fix: expect.stringContaining("two different files") }),
  );
});

it("knows the home directory of the account when HOME is not set", () => {
  vi.stubEnv("HOME", undefined);
  expect(sharedPaths({}).credentialsFile).toBe(`${userInfo().homedir}/.aws/credentials`);
});

it.runIf(process.geteuid?.() === 0)("says what to set when the account has no home directory either", () => {
  vi.stubEnv("HOME", undefined);
  // An account that no system has.
  process.seteuid?.(3_141_592);
  try {
    expect(() => sharedPaths({})).toThrow(expect.objectContaining({ fix: expect.stringContaining("Set HOME") }));
  } finally {
    process.seteuid?.(0);
  }
});
