import { expect, it } from "vitest";
import { mergeRoleEnv } from "./merge-role-env.ts";

it("lets a layer with roles replace all roles below it, options included", () => {
  const below = { AWS_ROLE_1: "a", AWS_ROLE_1_REGION: "b", AWS_ROLE_2: "c", AWS_REGION: "eu-west-1", PATH: "/bin" };
  expect(mergeRoleEnv(below, { AWS_ROLE_1: "x", AWS_REGION: "us-east-1" })).toEqual({
    AWS_ROLE_1: "x",
    AWS_REGION: "us-east-1",
    PATH: "/bin",
  });
});

it("keeps the roles below a layer that declares none, and AWS's own variables always", () => {
  const below = { AWS_ROLE_1: "a", AWS_ROLE_ARN: "web" };
  expect(mergeRoleEnv(below, { AWS_REGION: "us-east-1" }, {})).toEqual({ ...below, AWS_REGION: "us-east-1" });
  expect(mergeRoleEnv(below, { AWS_ROLE_7: "b" })).toEqual({ AWS_ROLE_7: "b", AWS_ROLE_ARN: "web" });
});
