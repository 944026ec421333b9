import process from "node:process";

// The SDK's notice about Node versions is for those who build on it, not for those who run this command.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** Makes variables seen by the AWS SDK, which reads the process's own; `undefined` unsets one. */
export function exportToProcess(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
