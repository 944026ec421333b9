import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSharedConfigFiles } from "@smithy/core/config";

/** A home directory for one test, and what AWS's JavaScript SDK reads in it. */
export interface TestHome {
  readonly home: string;
  readonly env: { readonly HOME: string };
  /** The path of `.aws/<name>`. */
  readonly file: (name: string) => string;
  readonly text: (name: string) => Promise<string>;
  readonly given: (name: string, content: string | Buffer, mode?: number) => Promise<void>;
  /** Both files as the SDK parses them. */
  readonly parsed: () => ReturnType<typeof loadSharedConfigFiles>;
  /** Changes with every file that takes the place of another. */
  readonly version: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** In memory where the system has a directory for that: thousands of writes wait for a disk that is in use. */
const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export async function testHome(): Promise<TestHome> {
  const home = await mkdtemp(join(BASE, "agent-roles-store-"));
  const file = (name: string): string => join(home, ".aws", name);
  const inode = async (name: string): Promise<string> => {
    const info = await stat(file(name), { bigint: true }).catch(() => undefined);
    return `${name} ${info?.ino} ${info?.mtimeNs}`;
  };
  return {
    home,
    env: { HOME: home },
    file,
    text: (name) => readFile(file(name), "utf8"),
    given: async (name, content, mode = 0o600) => {
      await mkdir(join(home, ".aws"), { recursive: true });
      await writeFile(file(name), content, { mode });
    },
    parsed: () =>
      loadSharedConfigFiles({ filepath: file("credentials"), configFilepath: file("config"), ignoreCache: true }),
    version: async () => `${await inode("credentials")} ${await inode("config")}`,
    close: () => rm(home, { recursive: true, force: true }),
  };
}
