import {
  chmod,
  chown,
  lchown,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";
import { openTrustedFile } from "./trusted-file.ts";

const isRoot = process.geteuid?.() === 0;
const ALICE = { uid: 20_001, gid: 20_001 };
const MALLORY = { uid: 20_002, gid: 20_002 };

/** A directory that only root can write to, in which each user has a home. */
let homes: string;
let home: string;
let path: string;
beforeEach(async () => {
  homes = await mkdtemp(join(tmpdir(), "agent-roles-trusted-"));
  home = join(homes, "alice");
  path = join(home, ".aws", "credentials");
});
afterEach(() => rm(homes, { recursive: true, force: true }));

async function give({ uid, gid }: typeof ALICE, ...files: string[]): Promise<void> {
  for (const file of files) await lchown(file, uid, gid);
}

async function makeHome(): Promise<void> {
  await mkdir(join(home, ".aws"), { recursive: true });
  await give(ALICE, home, join(home, ".aws"));
}

async function write(file = path, owner?: typeof ALICE): Promise<void> {
  const opened = await openTrustedFile(file, owner);
  try {
    await replaceFile(opened.path, Buffer.from("new"), opened.owner && { owner: opened.owner });
  } finally {
    await opened.close();
  }
}

describe.runIf(isRoot)("as root (skipped for other users, who cannot make files of two users)", () => {
  it("writes into the home of one user and gives the file to that user", async () => {
    await makeHome();
    await write();
    expect(await stat(path)).toMatchObject(ALICE);
  });

  it("gives the directories that it makes to the owner of the home", async () => {
    await mkdir(home);
    await give(ALICE, home);
    await write();
    expect(await stat(join(home, ".aws"))).toMatchObject(ALICE);
    expect(await stat(path)).toMatchObject(ALICE);
  });

  it("writes into a directory of its own, and makes it", async () => {
    await write(join(homes, "a", "b", "credentials"));
    expect(await stat(join(homes, "a", "b", "credentials"))).toMatchObject({ uid: 0, gid: 0 });
  });

  it("follows symlinks of root in directories of root", async () => {
    await makeHome();
    await symlink("alice", join(homes, "link"));
    await symlink(path, join(homes, "credentials"));
    await write(join(homes, "link", ".aws", "credentials"));
    await write(join(homes, "credentials"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await stat(path)).toMatchObject(ALICE);
  });

  it("refuses a file that another user made first", async () => {
    await writeFile(join(homes, "credentials"), "");
    await give(MALLORY, join(homes, "credentials"));
    await expect(write(join(homes, "credentials"))).rejects.toThrow(/credentials belongs to user 20002, not to 0/);
  });

  it.each([
    ["a directory that everybody can write to", async () => chmod(homes, 0o777)],
    ["a sticky directory such as /tmp", async () => chmod(homes, 0o1777)],
    [
      "a directory that a group can write to",
      async () => {
        await chown(homes, 0, 100);
        await chmod(homes, 0o770);
      },
    ],
  ])("refuses %s", async (_, open) => {
    await open();
    await expect(write(join(homes, "credentials"))).rejects.toThrow("can be written by other users");
  });

  it("refuses a home in a sticky directory, which anybody can create, unless its owner is named", async () => {
    await makeHome();
    await chmod(homes, 0o1777);
    await expect(write()).rejects.toThrow(/alice was created by user 20001/);
    await expect(write(path, MALLORY)).rejects.toThrow(/alice was created by user 20001/);
    await write(path, ALICE);
    expect(await stat(path)).toMatchObject(ALICE);
  });

  it("refuses the home of another user than the one that is named", async () => {
    await makeHome();
    await expect(write(path, MALLORY)).rejects.toThrow(/belongs to user 20001, not to 20002/);
  });

  it("gives a file in a directory of root to the user that is named, again and again", async () => {
    await write(join(homes, "run", "credentials"), ALICE);
    await write(join(homes, "run", "credentials"), ALICE);
    expect(await stat(join(homes, "run", "credentials"))).toMatchObject(ALICE);
  });

  it.each([
    [
      "the file to a file of root",
      async (target: string) => {
        await symlink(join(target, "file"), path);
        await give(ALICE, path);
      },
    ],
    [
      "the directory to a directory of root",
      async (target: string) => {
        await rm(join(home, ".aws"), { recursive: true });
        await symlink(target, join(home, ".aws"));
        await give(ALICE, join(home, ".aws"));
      },
    ],
    [
      "the file to a file of root, through a symlink of root",
      async (target: string) => symlink(join(target, "file"), path),
    ],
    ["the file by a hard link", async (target: string) => link(join(target, "file"), path)],
  ])("changes nothing when a user links %s", async (_, trick) => {
    await makeHome();
    const target = join(homes, "etc");
    await mkdir(target);
    await writeFile(join(target, "file"), "daemon:x:1:1", { mode: 0o644 });
    await writeFile(join(target, "credentials"), "root's", { mode: 0o644 });
    await trick(target);
    await expect(write()).rejects.toMatchObject({ code: "StoreFailed", fix: expect.stringContaining("--owner") });
    for (const [name, text] of [
      ["file", "daemon:x:1:1"],
      ["credentials", "root's"],
    ] as const) {
      expect(await readFile(join(target, name), "utf8")).toBe(text);
      expect(await stat(join(target, name))).toMatchObject({ uid: 0, gid: 0, mode: 0o100644 });
    }
  });

  it("refuses a directory of root, or of a third user, inside a user's home", async () => {
    await makeHome();
    await give({ uid: 0, gid: 0 }, join(home, ".aws"));
    await expect(write()).rejects.toThrow(/\.aws belongs to user 0, not to 20001/);
    await give(MALLORY, join(home, ".aws"));
    await expect(write()).rejects.toThrow(/\.aws belongs to user 20002, not to 20001/);
  });

  it.runIf(process.platform === "linux")("stays in the checked directory when the user replaces its path", async () => {
    await makeHome();
    const secret = join(homes, "root-only");
    await mkdir(secret);
    const opened = await openTrustedFile(path);
    await rename(join(home, ".aws"), join(home, "moved"));
    await symlink(secret, join(home, ".aws"));
    await replaceFile(opened.path, Buffer.from("new"), opened.owner && { owner: opened.owner });
    await opened.close();
    expect(await readFile(join(home, "moved", "credentials"), "utf8")).toBe("new");
    await expect(stat(join(secret, "credentials"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("gives up on symlinks that lead to each other", async () => {
    await symlink(join(homes, "b"), join(homes, "a"));
    await symlink(join(homes, "a"), join(homes, "b"));
    await expect(write(join(homes, "a"))).rejects.toThrow("too many symlinks");
  });
});

describe("as any other user", () => {
  async function asAlice<T>(work: () => Promise<T>): Promise<T> {
    if (!isRoot) return work();
    process.seteuid?.(ALICE.uid);
    try {
      return await work();
    } finally {
      process.seteuid?.(0);
    }
  }

  it("follows a symlink to the file", async () => {
    await mkdir(join(home, ".aws"), { recursive: true });
    await writeFile(join(home, "real"), "old");
    await symlink(join(home, "real"), path);
    if (isRoot) await give(ALICE, homes, home, join(home, ".aws"), path, join(home, "real"));
    await asAlice(() => write());
    expect(await readFile(join(home, "real"), "utf8")).toBe("new");
  });

  it.runIf(isRoot)("refuses a file that another user made first", async () => {
    await chmod(homes, 0o777);
    await writeFile(join(homes, "credentials"), "[default]\ncredential_process = x\n");
    await give(MALLORY, join(homes, "credentials"));
    await expect(asAlice(() => write(join(homes, "credentials")))).rejects.toThrow("belongs to user 20002");
  });

  it("trusts no lock in a directory that others can write to", async () => {
    if (isRoot) await give(ALICE, homes);
    const shared = async (): Promise<boolean> => {
      const file = await asAlice(() => openTrustedFile(join(homes, "credentials")));
      await file.close();
      return file.isShared;
    };
    expect(await shared()).toBe(false);
    await chmod(homes, 0o1777);
    expect(await shared()).toBe(true);
  });
});
