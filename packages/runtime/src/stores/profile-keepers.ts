import { AgentRolesError } from "../agent-roles-error.ts";
import { readSharedTexts, type SharedTexts } from "../aws-files/read-shared.ts";
import { readSections, type Section, type SectionEdit } from "../aws-files/sections.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { entryName } from "../cache/entry-name.ts";
import { isProcessAlive, processIdentity } from "../files/process-identity.ts";
import type { Env, TargetRole } from "../role-env/index.ts";
import { sessionKey } from "../session/session-key.ts";

/** A process that keeps a profile says so in the profile's marker line: `session=<hash> keeper=<process identity>`. */
export interface Keeper {
  /** The process, as {@link processIdentity} names it. */
  readonly identity: string;
  /** What it keeps: profiles with the same value have the same role, external ID, duration and policies. */
  readonly session: string;
}

/** One field of a marker line; empty when it has none. */
export function noteField(note: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(note)?.[1] ?? "";
}

/** The identity of the process that a marker line names; empty without one. */
export function keeperOf(note: string): string {
  return decodeURIComponent(noteField(note, "keeper"));
}

/** What identifies a target's session in a marker line. */
export function sessionOf(target: TargetRole): string {
  return entryName(sessionKey(target, { roleEnv: {}, env: {} }));
}

/** The same section, marked as kept by this process. */
export function markKept(edit: SectionEdit, { identity, session }: Keeper): SectionEdit {
  return { ...edit, note: `${edit.note} session=${session} keeper=${encodeURIComponent(identity)}` };
}

/** The sections of our profiles in both files, by profile. */
export function managedSections({ config, credentials }: SharedTexts): Map<string, Section[]> {
  const found = new Map<string, Section[]>();
  for (const section of [...readSections(credentials), ...readSections(config)]) {
    const profile = section.header.replace(/^profile /, "");
    if (section.managed) found.set(profile, [...(found.get(profile) ?? []), section]);
  }
  return found;
}

/**
 * Another process that keeps a profile now: it is alive, or on another machine with credentials that are still valid.
 *
 * @param now - milliseconds since the epoch.
 */
export async function otherKeeper(sections: readonly Section[], own: string, now: number): Promise<Keeper | undefined> {
  for (const { note } of sections) {
    const identity = keeperOf(note);
    if (identity === "" || identity === own) continue;
    const expiration = noteField(note, "expiration");
    const isExpired = expiration !== "" && !(Date.parse(expiration) > now);
    const isAlive = await isProcessAlive(identity);
    if (isExpired || isAlive === false || (isAlive === undefined && expiration === "")) continue;
    return { identity, session: noteField(note, "session") };
  }
  return undefined;
}

/** Whether another process keeps the session of this target, for a profile of any name. */
export async function isKeptElsewhere(target: TargetRole, env: Env, now: number): Promise<boolean> {
  const session = sessionOf(target);
  const own = await processIdentity();
  for (const sections of (await readManagedSections(env)).values()) {
    const same = sections.filter(({ note }) => noteField(note, "session") === session);
    if (await otherKeeper(same, own, now)) return true;
  }
  return false;
}

/**
 * Profiles that a process which has ended left with another session than their roles have now: of another role, with more access. They must
 * not stay until STS gives new credentials.
 *
 * @param now - milliseconds since the epoch.
 */
export async function staleProfiles(targets: readonly TargetRole[], env: Env, now: number): Promise<string[]> {
  const managed = await readManagedSections(env);
  const own = await processIdentity();
  const stale: string[] = [];
  for (const target of targets) {
    const sections = managed.get(target.profile) ?? [];
    const isOther = sections.some(({ note }) => !["", sessionOf(target)].includes(noteField(note, "session")));
    if (isOther && !(await otherKeeper(sections, own, now))) stale.push(target.profile);
  }
  return stale;
}

/** The profiles in the AWS shared files that agent-roles wrote, whichever process keeps them. */
export async function managedProfiles(env: Env): Promise<string[]> {
  return [...(await readManagedSections(env)).keys()];
}

async function readManagedSections(env: Env): Promise<Map<string, Section[]>> {
  return managedSections(await readSharedTexts(sharedPaths(env)));
}

/** A profile that another process keeps with another session. */
export function profileInUse(profile: string, { identity }: Pick<Keeper, "identity">): AgentRolesError {
  return new AgentRolesError(
    `${profile}: agent-roles process ${describeProcess(identity)} keeps a profile of this name`,
    {
      code: "ProfileInUse",
      retryable: true,
      fix: "Set another profile in agent-roles.yaml (in AWS_ROLE_N without one), stop the other process, or run agent-roles run --adopt to take the profile over.",
    },
  );
}

/** For the process that keeps the profile: another one declares it too, and was refused. */
export function profileContested(profile: string, identity: string): AgentRolesError {
  return new AgentRolesError(
    `${profile}: agent-roles process ${describeProcess(identity)} declares this profile for another role`,
    {
      code: "ProfileInUse",
      fix: "Give one of the two profiles another name. This process keeps the profile.",
    },
  );
}

/** The text with a mark in the profile's sections that says who was refused. */
export function markContested(text: string, sections: readonly Section[], own: string): string {
  return sections
    .filter(({ note }) => noteField(note, "contested") === "")
    .reduce((all, { note }) => all.replace(note, `${note} contested=${encodeURIComponent(own)}`), text);
}

/** `4711 on build-7`, of `4711 since 884213 on build-7 pid:[4026531836]`. */
export function describeProcess(identity: string): string {
  return identity.replace(/ since \S+/, "").replace(/ pid:\[\d+\]/, "");
}
