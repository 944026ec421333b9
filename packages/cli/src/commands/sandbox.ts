import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { parsed, wholeNumber } from "../options.ts";

/** `agent-roles sandbox`: runs the local AWS until it is stopped. */
export function sandboxCommand(context: CliContext): Command {
  return new Command("sandbox")
    .description(
      "start a local AWS that enforces trust and permissions (a test tool) and print the variables that point at it",
    )
    .addOption(
      parsed(
        "--port <port>",
        "port on loopback (default: a free port)",
        (text) => wholeNumber(text, 65_535),
        "Use a port from 0 to 65535.",
      ),
    )
    .option("--manifest <file>", "create the accounts of this manifest (default: 123456789012 and 123456789013)")
    .option("--json", "print the variables as JSON")
    .action(async (options: { port?: number; manifest?: string; json?: true }) => {
      const { formatEnv, loadManifest } = await import("@agent-roles/manifest");
      const { startSandbox } = await import("@agent-roles/sandbox");
      const manifest = options.manifest === undefined ? undefined : await loadManifest(options.manifest);
      context.err("A test tool: a local AWS that enforces trust and permissions, on loopback only.");
      const sandbox = await startSandbox({
        ...(options.port !== undefined && { port: options.port }),
        ...(manifest && {
          accounts: [manifest.master.account, ...manifest.roles.map(({ account }) => account)],
          deployRoleName: manifest.deployRoleName,
          ...(manifest.organization !== undefined && { organizationId: manifest.organization }),
        }),
        env: { ...context.env },
        signal: context.signal,
        now: () => context.clock.now(),
        onProgress: context.err,
      }).catch((error: unknown) => {
        if (context.signal.aborted) return undefined;
        throw error;
      });
      if (!sandbox) return;
      context.out(formatEnv(sandbox.env(), options.json ? "json" : "shell").trimEnd());
      context.err(`Accounts ${sandbox.accounts.join(", ")} at ${sandbox.endpoint}. Ctrl-C stops it.`);
      await stopped(context.signal);
      await sandbox.close();
    });
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
