import { expect, it } from "vitest";
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

it("refuses one file for both", () => {
  const env = { AWS_SHARED_CREDENTIALS_FILE: "/a", AWS_CONFIG_FILE: "/a" };
  expect(() => sharedPaths(env)).toThrow(
    expect.objectContaining({ code: "StoreFailed", fix: expect.stringContaining("each") }),
  );
});
