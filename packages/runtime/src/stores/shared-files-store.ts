import type { AgentRolesError } from "../agent-roles-error.ts";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "./credential-store.ts";
import { type Clock, systemClock } from "../clock.ts";
import { entryName } from "../cache/entry-name.ts";
import { processIdentity } from "../files/process-identity.ts";
import { foreignProfiles } from "./foreign-profiles.ts";
import {
  managedSections,
  markContested,
  markKept,
  noteField,
  otherKeeper,
  profileContested,
  profileInUse,
  sessionOf,
} from "./profile-keepers.ts";
import { readSharedTexts } from "../aws-files/read-shared.ts";
import { editSections, readSections, type Section, type SectionEdit } from "../aws-files/sections.ts";
import { withFileLock } from "./shared-file-lock.ts";
import { requireTwoFiles, type SharedPaths, sharedPaths } from "../aws-files/shared-paths.ts";
import { storeFailed } from "./store-failed.ts";
import { type FilesStamp, retryOnConflict, stampOf, waitForWriter } from "./other-writers.ts";
import type { Owner } from "../files/owner.ts";
import { replaceFile } from "../files/replace-file.ts";
import { openTrustedFile, type TrustedFile } from "../files/trusted-file.ts";
import type { Env, TargetRole } from "../role-env/index.ts";
import { type Files, readBoth, withNames, writeBoth } from "./both-files.ts";

export interface SharedFilesOptions {
  /** Default: `process.env`. */
  readonly env?: Env;
  /** Take over profiles of the same name that another tool or process wrote, replacing their settings. Default: false. */
  readonly adopt?: boolean;
  /** Receives what was replaced with `adopt`, and the file that has the settings: no value of them. */
  readonly onAdopted?: (message: string) => void;
  /** The user that root writes for. Default: the one whose home the files are in. */
  readonly owner?: Owner;
  /** Identifies the process that keeps the profiles. Default: this process. */
  readonly keeper?: string;
  /** The process ends after its write: it marks no profile as kept. Default: false. */
  readonly once?: boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** The profiles belong to this task: no other process shares them, and `sweepTaskProfiles` finds what is left of them. */
  readonly task?: string;
}

/** How a profile is written: a section in each file, or none. */
export interface ProfileForm {
  /** Which of the two files the store is known by. */
  readonly file: keyof SharedPaths;
  readonly config: (entry: StoredCredentials) => SectionEdit;
  readonly credentials: (entry: StoredCredentials) => SectionEdit;
}

/** A profile's section of the config file, with its Region and these lines; no section when there is nothing to say. */
export function profileSection({ profile, region, role }: TargetRole, lines: readonly string[] = []): SectionEdit {
  const all = [...lines, ...(region ? [`region = ${region}`] : [])];
  return { header: `profile ${profile}`, note: `do not edit; role=${role.arn}`, ...(all.length > 0 && { lines: all }) };
}

/**
 * Keeps profiles in AWS's shared credentials and config files. Only sections marked as ours are touched; a profile of the same
 * name that is not ours is refused with its file and line.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory; from the store's calls when a file cannot be read,
 * locked or written.
 */
export function sharedFilesStore(form: ProfileForm, options: SharedFilesOptions): Required<CredentialStore> {
  const { env = process.env, adopt = false, once = false, clock = systemClock } = options;
  const paths = sharedPaths(env);
  const keeper = async (): Promise<string> => options.keeper ?? processIdentity();
  /** The marks of what was stored. */
  const stored = new Map<string, string>();
  /** The processes that were reported as wanting a profile of ours. */
  const contested = new Set<string>();
  let seen: FilesStamp | undefined;

  async function locked<T>(signal: AbortSignal | undefined, work: (files: Files) => Promise<T>): Promise<T> {
    const opened: TrustedFile[] = [];
    const open = async (path: string): Promise<TrustedFile> => {
      const file = await openTrustedFile(path, options.owner);
      opened.push(file);
      return file;
    };
    try {
      await requireTwoFiles(paths);
      const credentials = await open(paths.credentialsFile);
      const config = await open(paths.configFile);
      const edit = async (): Promise<T> => {
        const result = await retryOnConflict(() => work({ credentials, config }));
        seen = await stampOf(paths);
        return result;
      };
      const alone = <R>({ path, isShared }: TrustedFile, next: () => Promise<R>): Promise<R> =>
        isShared ? next() : withFileLock(path, next, signal);
      return await alone(credentials, () => alone(config, edit));
    } catch (error) {
      throw storeFailed(withNames(error, opened), paths[form.file]);
    } finally {
      await Promise.all(opened.map((file) => file.close()));
    }
  }

  async function put(entries: readonly StoredCredentials[], files: Files): Promise<readonly RefusedCredentials[]> {
    const own = await keeper();
    const before = await readBoth(files);
    const inConfig = new Set(entries.filter((each) => form.config(each).lines).map(({ target }) => target.profile));
    const foreign = adopt ? new Map<string, AgentRolesError>() : foreignProfiles(before, paths, inConfig);
    const sections = managedSections(before);
    const taken: StoredCredentials[] = [];
    const refused: RefusedCredentials[] = [];
    const reports = new Set<string>();
    const marked = { ...before };
    for (const entry of entries) {
      const { target } = entry;
      const { profile } = target;
      const there = sections.get(profile) ?? [];
      const other = adopt ? undefined : await otherKeeper(there, own, clock.now());
      // No other process shares a profile of a task.
      const isSame = options.task === undefined && other?.session === sessionOf(target);
      const error = foreign.get(profile) ?? (other && !isSame && profileInUse(profile, other));
      if (error) {
        refused.push({ target, error });
        if (other) marked.config = markContested(marked.config, there, own);
        if (other) marked.credentials = markContested(marked.credentials, there, own);
      } else if (!other) {
        taken.push(entry);
        for (const { note } of there) {
          const by = decodeURIComponent(noteField(note, "contested"));
          const report = `${profile} ${by}`;
          if (by === "" || by === own || contested.has(report) || reports.has(report)) continue;
          reports.add(report);
          refused.push({ target, error: profileContested(profile, by) });
        }
      }
    }
    const edits = (kind: "config" | "credentials"): SectionEdit[] =>
      taken.map((entry) =>
        markKept(form[kind](entry), { identity: once ? "" : own, session: sessionOf(entry.target) }),
      );
    const [config, credentials] = [edits("config"), edits("credentials")];
    const after = {
      config: editSections(marked.config, config, adopt),
      credentials: editSections(marked.credentials, credentials, adopt),
    };
    const adopted = adopt
      ? [
          ...(await backUp(files.config, before.config, config)),
          ...(await backUp(files.credentials, before.credentials, credentials)),
        ]
      : [];
    await writeBoth(files, before, after);
    for (const message of adopted) options.onAdopted?.(message);
    for (const report of reports) contested.add(report);
    const written = managedSections(after);
    for (const { target } of taken) stored.set(target.profile, markOf(written.get(target.profile)));
    return refused;
  }

  /** Leaves profiles alone that another process keeps. */
  async function remove(profiles: readonly string[], files: Files): Promise<void> {
    const own = await keeper();
    const before = await readBoth(files);
    const sections = managedSections(before);
    const ours: string[] = [];
    for (const profile of profiles) {
      if (!(await otherKeeper(sections.get(profile) ?? [], own, clock.now()))) ours.push(profile);
    }
    const without = (text: string, prefix: string): string =>
      editSections(
        text,
        ours.map((profile) => ({ header: prefix + profile, note: "" })),
      );
    await writeBoth(files, before, {
      config: without(before.config, "profile "),
      credentials: without(before.credentials, ""),
    });
    for (const profile of profiles) stored.delete(profile);
  }

  return {
    name: paths[form.file],
    put: (entries, { signal } = {}) =>
      locked(signal, async (files) => {
        await waitForWriter(paths, seen, clock);
        return put(entries, files);
      }),
    remove: (profiles, { signal } = {}) => locked(signal, (files) => remove(profiles, files)),
    missing: async (settleMs) => {
      const stamp = await stampOf(paths);
      if (stamp.text === seen?.text || Date.now() - stamp.changedAt < settleMs) return [];
      seen = stamp;
      const texts = await readSharedTexts(paths);
      const sections = managedSections(texts);
      const foreign = foreignProfiles(texts, paths);
      return [...stored]
        .filter(([profile, mark]) => markOf(sections.get(profile)) !== mark || (!adopt && foreign.has(profile)))
        .map(([profile]) => profile);
    },
  };
}

/** What nobody else changes in the sections of a profile: other settings in them belong to the user. */
function markOf(sections: readonly Section[] = []): string {
  return sections.map(({ note, values }) => `${note}\n${values["credential_process"] ?? ""}`).join("\n");
}

/** Copies a file in which these edits replace sections of another tool. @returns what they replace. */
async function backUp(
  { path, name, owner }: TrustedFile,
  text: string,
  edits: readonly SectionEdit[],
): Promise<readonly string[]> {
  const headers = new Set(edits.map(({ header }) => header));
  const replaced = readSections(text).filter(({ header, managed }) => !managed && headers.has(header));
  if (replaced.length === 0) return [];
  // The same text is one copy, however often another tool writes it again.
  const suffix = `.before-adopt-${entryName(text)}`;
  await replaceFile(path + suffix, Buffer.from(text, "latin1"), owner && { owner });
  const sections = replaced.map(({ header }) => `[${header}]`).join(", ");
  return [`${name}: replaced ${sections}, which another tool wrote; a copy of the file is ${name}${suffix}`];
}
