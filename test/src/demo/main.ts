import process from "node:process";
import { openTarget } from "../harness/target.ts";
import { demo } from "./demo.ts";

// The demo is local, whatever the tests' variables say.
process.env["SANDBOX"] = "local";
// The SDK's notice about Node versions is for those who build on it.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

try {
  await demo({ write: (text) => process.stdout.write(text), openTarget, signal: stop.signal });
} catch (error) {
  process.stderr.write(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
