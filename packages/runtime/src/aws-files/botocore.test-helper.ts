import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** What botocore finds in a pair of shared files: each profile's settings, or that it cannot read them. */
type BotocoreView = Readonly<Record<string, unknown>> | { readonly unreadable: string };

/** One Python process with botocore, for many questions. */
export interface Botocore {
  /** Reads the files as a session of botocore does; a file may be missing. */
  read(credentialsFile: string, configFile: string): Promise<BotocoreView>;
  /** Splits a `credential_process` as botocore does before it runs it. */
  split(command: string, platform: NodeJS.Platform): Promise<unknown>;
  close(): Promise<void>;
}

const PROGRAM = `
import json, os, sys
import botocore.session
from botocore.compat import compat_shell_split
session = botocore.session.Session()
for line in sys.stdin:
    q = json.loads(line)
    try:
        if "command" in q:
            answer = compat_shell_split(q["command"], q["platform"])
        else:
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = q["credentials"]
            os.environ["AWS_CONFIG_FILE"] = q["config"]
            session._config = None  # what a session of its own would do, at a hundredth of the time
            answer = session.full_config["profiles"]
    except Exception as e:
        answer = {"unreadable": type(e).__name__}
    print(json.dumps(answer), flush=True)
`;

/** Why there is no botocore on this machine; `undefined` when there is one. */
export function missingBotocore(): string | undefined {
  const { status } = spawnSync("python3", [
    "-c",
    "import importlib.util, sys; sys.exit(not importlib.util.find_spec('botocore'))",
  ]);
  return status === 0 ? undefined : "python3 has no botocore";
}

export function startBotocore(): Botocore {
  const { AWS_PROFILE: _, AWS_DEFAULT_PROFILE: __, ...env } = process.env;
  const python = spawn("python3", ["-c", PROGRAM], {
    env: { ...env, PYTHONUTF8: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]();
  const answer = async (question: object): Promise<string> => {
    python.stdin.write(`${JSON.stringify(question)}\n`);
    const { value } = await lines.next();
    return String(value);
  };
  return {
    read: async (credentials, config): Promise<BotocoreView> => JSON.parse(await answer({ credentials, config })),
    split: async (command, platform): Promise<unknown> => JSON.parse(await answer({ command, platform })),
    close: async () => {
      python.stdin.end();
      await lines.next();
    },
  };
}
