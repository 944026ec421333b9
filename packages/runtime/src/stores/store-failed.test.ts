import { expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { storeFailed } from "./store-failed.ts";

it.each([
  ["EACCES", "writable"],
  ["EPERM", "writable"],
  ["EROFS", "read-only"],
  ["ENOSPC", "disk space"],
  ["EDQUOT", "quota"],
  ["EFBIG", "ulimit -f"],
  ["EBUSY", "mount its directory"],
  ["ENOTDIR", "HOME"],
  ["EFTYPE", "regular file"],
  ["ELOCKED", ".lock file"],
  ["EIO", "cause"],
])("gives the fix for %s", (code, fix) => {
  const failure = storeFailed(Object.assign(new Error(`${code}: open`), { code }), "~/.aws/credentials");
  expect(failure).toMatchObject({ code: "StoreFailed", fix: expect.stringContaining(fix) });
  expect(failure.message).toBe(`~/.aws/credentials: ${code}: open`);
});

it("passes on a failure that has its fix", () => {
  const first = new AgentRolesError("x", { code: "StoreFailed", fix: "y" });
  expect(storeFailed(first, "z")).toBe(first);
});

it("names the path of a failed store once", () => {
  const failure = storeFailed(new Error("~/.aws/config is not a regular file"), "~/.aws/config");
  expect(failure.message).toBe("~/.aws/config is not a regular file");
});
