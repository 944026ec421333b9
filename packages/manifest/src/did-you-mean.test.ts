import { expect, it } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const known = ["profile", "account", "roleName", "externalId"];

it.each([
  ["acount", "account"],
  ["rolename", "roleName"],
  ["EXTERNALID", "externalId"],
  ["profil", "profile"],
  ["acocunt", "account"],
])("recognizes %s", (name, meant) => {
  expect(didYouMean(name, known)).toBe(`did you mean "${meant}"?`);
});

it("lists what is known when nothing is near", () => {
  expect(didYouMean("color", known)).toBe("use one of profile, account, roleName, externalId");
});
