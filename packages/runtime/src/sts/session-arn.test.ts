import { expect, it } from "vitest";
import { target } from "../fixtures.test-helper.ts";
import { isSessionOf } from "./session-arn.ts";

const { role } = target("Prod");

it("knows a session of a role by partition, account and name, for session ARNs drop the path", () => {
  expect(isSessionOf("arn:aws:sts::123456789013:assumed-role/ProdRole/any", role)).toBe(true);
});

it.each([
  "arn:aws:sts::123456789012:assumed-role/ProdRole/any",
  "arn:aws-cn:sts::123456789013:assumed-role/ProdRole/any",
  "arn:aws:sts::123456789013:assumed-role/OtherRole/ProdRole",
  "arn:aws:iam::123456789013:role/agent-roles/ProdRole",
  "arn:aws:iam::123456789013:root",
  "",
])("does not take %s for one", (arn) => {
  expect(isSessionOf(arn, role)).toBe(false);
});
