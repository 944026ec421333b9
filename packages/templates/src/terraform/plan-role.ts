import { isObject } from "../recognize.ts";
import { startRole } from "../role-builder.ts";
import type { PlanRole } from "./plan.ts";
import { plain } from "./plain-address.ts";
import type { PlanEnvironment } from "./plan-environment.ts";
import type { PlanResource } from "./plan-resources.ts";

/** An `aws_iam_role` without its policies; what is known only after apply reads `${…}` and is noted. */
export function startPlanRole(resource: PlanResource, { account, partition }: PlanEnvironment, file: string): PlanRole {
  const { values, address } = resource;
  const { arn, path, name: givenName, max_session_duration: seconds } = values;
  const name = typeof givenName === "string" ? givenName : `\${${plain(address)}}`;
  const made = `arn:${partition}:iam::${account}:role${typeof path === "string" ? path : "/"}${name}`;
  const role = startRole(typeof arn === "string" ? arn : made, { file, path: address });
  const note = (at: string, argument: string, assumed: string): void => {
    role.unknowns.push({ path: at, expression: `${address}.${argument}`, assumed, cause: "deployment" });
  };
  if (typeof givenName !== "string") note("arn", "name", `nothing: it is known after apply and reads ${name}`);
  if (typeof arn !== "string" && account.startsWith("$"))
    note("arn", "arn", "one account, the same for the whole plan");
  if (typeof seconds === "number") role.maxSessionDuration = seconds;
  const tags = isObject(values["tags_all"]) ? values["tags_all"] : values["tags"];
  if (isObject(tags)) role.tags = Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, String(tag)]));
  return { ...role, resource, name };
}
