import process from "node:process";
import { type CredentialStore, profileStore, sharedCredentialsStore } from "@agent-roles/runtime";
import { entries } from "./entries.ts";

/**
 * Writes generation after generation into every place that it is given, as fast as it can, until it is killed:
 * `node writer.js <first serial> keys:<home> process:<home> secret:<name>`. Prints a line when it is there, and one when each place was written once.
 */
const [, , first = "1", ...places] = process.argv;

async function open(place: string): Promise<CredentialStore> {
  const [kind, path = ""] = place.split(/:(.*)/);
  if (kind === "keys") return sharedCredentialsStore({ env: { HOME: path } });
  if (kind === "process") return profileStore({ env: { HOME: path } });
  const { secretsManagerStore } = await import("@agent-roles/runtime/secrets-manager");
  return secretsManagerStore({ secretId: path });
}

async function write(place: string, serial: number): Promise<void> {
  const refused = await (await open(place)).put(entries(serial));
  if (refused[0]) throw refused[0].error;
}

// Ends with whoever started it, should that one forget to kill it.
process.stdin.on("close", () => process.exit()).resume();
process.stdout.write("started\n");
await Promise.all(places.map((place) => write(place, Number(first))));
process.stdout.write("written\n");
await Promise.all(
  places.map(async (place) => {
    for (let serial = Number(first) + 1; ; serial += 1) await write(place, serial);
  }),
);
