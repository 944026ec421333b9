import { expect, it } from "vitest";
import { rolesFromTemplates } from "../roles-from-templates.ts";
import { roleOf, source } from "../templates.test-helper.ts";

/** Deep enough that a doubling at each step would never end. */
const DEPTH = 60;

it.each<[string, (inner: unknown) => unknown]>([
  ["Fn::Select", (inner) => ({ "Fn::Select": ["9", [inner]] })],
  ["the index of Fn::Select", (inner) => ({ "Fn::Select": [inner, ["a"]] })],
  ["Fn::Join", (inner) => ({ "Fn::Join": ["", [inner, {}]] })],
  ["Fn::Split", (inner) => ({ "Fn::Split": ["", inner] })],
  ["Fn::Length", (inner) => ({ "Fn::Length": inner })],
  ["Fn::FindInMap", (inner) => ({ "Fn::FindInMap": ["M", inner, "id"] })],
  ["Fn::Sub", (inner) => ({ "Fn::Sub": ["${a}${a}", { a: inner }] })],
  ["Fn::If", (inner) => ({ "Fn::If": [inner, "a", "b"] })],
])("%s that cannot be computed within another takes no longer at each step", (_, wrap) => {
  const path = Array.from({ length: DEPTH }).reduce<unknown>((inner) => wrap(inner), "x");
  const { roles } = rolesFromTemplates([source({ Resources: { R: roleOf([], { Path: path }) } })]);
  expect(roles).toHaveLength(1);
  expect(roles[0]?.unknowns.length).toBeGreaterThan(0);
});
