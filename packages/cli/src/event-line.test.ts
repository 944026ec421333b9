import { AgentRolesError } from "@agent-roles/runtime";
import { expect, it } from "vitest";
import { eventLine } from "./event-line.ts";

it.each([
  ["roles.env: is a directory", "roles.env: is a directory"],
  ["AWS_ROLE_1: is empty", "roles.env: AWS_ROLE_1: is empty"],
])("names the source of unreadable roles once: %s", (message, shown) => {
  const error = new AgentRolesError(message, { code: "RolesUnreadable", fix: "x" });
  const options = { at: new Date(0), color: false, retries: true };
  expect(eventLine({ type: "rolesUnreadable", source: "roles.env", error }, options)).toContain(`failed    ${shown}\n`);
});
