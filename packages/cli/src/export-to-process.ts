import process from "node:process";

/** Sets variables of the process, which the AWS SDK reads; `undefined` unsets one. */
export function exportToProcess(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Hides the SDK's warning about Node versions: docs/decisions/node-20.md. */
export function hideSdkWarning(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
}
