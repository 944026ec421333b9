import type { IncomingMessage } from "node:http";
import { SandboxError } from "../sandbox-error.ts";
import type { CallLog } from "../sts/call-log.ts";
import type { Reply } from "./error-document.ts";
import { checkedFaults, type FaultInjector } from "../sts/faults.ts";

/** Path prefix of the gateway's control interface for other processes. */
export const CONTROL_PATH = "/_sandbox/";

/** What the control interface reads and changes. */
export interface Control {
  readonly faults: FaultInjector;
  readonly calls: CallLog;
}

const HELP = "GET or PUT /_sandbox/faults, GET or DELETE /_sandbox/calls";

/** Answers `/_sandbox/…`. */
export function control(
  { method = "GET", url = "" }: Pick<IncomingMessage, "method" | "url">,
  body: string,
  { faults, calls }: Control,
): Reply {
  switch (`${method} ${url}`) {
    case "GET /_sandbox/faults":
      return json(200, faults.current());
    case "PUT /_sandbox/faults":
      return setFaults(body, faults);
    case "GET /_sandbox/calls":
      return json(200, calls.all());
    case "DELETE /_sandbox/calls":
      calls.reset();
      return json(200, []);
    default:
      return json(404, { error: `unknown request ${method} ${url}; use ${HELP}` });
  }
}

function setFaults(body: string, faults: FaultInjector): Reply {
  try {
    faults.set(checkedFaults(JSON.parse(body)));
    return json(200, faults.current());
  } catch (error) {
    if (error instanceof SandboxError || error instanceof SyntaxError) return json(400, { error: error.message });
    throw error;
  }
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
