import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { readShared, type SharedTexts } from "../aws-files/read-shared.ts";
import { profileSections, readSections, type Section } from "../aws-files/sections.ts";
import { type SharedPaths, sharedPaths } from "../aws-files/shared-paths.ts";
import type { Clock } from "../clock.ts";
import { connectMaster } from "../master/connect-master.ts";
import { type Diagnostic, type Env, isRole, type ParsedRoleEnv, parseRoleEnv } from "../role-env/index.ts";
import { callerIdentity } from "../sts/caller-identity.ts";
import { httpHandler } from "../sts/http-handler.ts";
import { noAnswer, withTimeout } from "../with-timeout.ts";

/** Longer than one call with its retries through a proxy; a person waits for it. */
const STS_LIMIT_MS = 20_000;

/** A section of one of the two files. */
export interface PlacedSection extends Section {
  /** `file:line`. */
  readonly place: string;
}

/** What STS answered to the master. */
interface MasterAnswer {
  readonly arn?: string;
  readonly error?: AgentRolesError;
  /** How far AWS is ahead of this machine; `undefined` without an answer of STS itself. */
  readonly offsetMs?: number;
}

/** Everything that the checks look at, read once. */
export interface Facts {
  readonly env: Env;
  readonly given: Env;
  readonly clock: Clock;
  /** `undefined` when the variables have mistakes. */
  readonly roleEnv: ParsedRoleEnv | undefined;
  readonly mistakes: readonly Diagnostic[];
  /** Names of the profiles, also of roles with mistakes. */
  readonly profiles: readonly string[];
  /** `undefined` without a home directory. */
  readonly paths: SharedPaths | undefined;
  readonly texts: SharedTexts;
  readonly unreadable: readonly Diagnostic[];
  /** Of both files. */
  readonly sectionsOf: (profile: string) => readonly PlacedSection[];
  readonly master: MasterAnswer;
}

export async function readFacts(env: Env, given: Env, clock: Clock): Promise<Facts> {
  const unreadable: Diagnostic[] = [];
  const report = (file: string | undefined, error: unknown): void => {
    const { message, fix } = toAgentRolesError(error, {
      code: "StoreFailed",
      fix: "Make the file readable for this user.",
    });
    unreadable.push({ ...(file !== undefined && { file }), message, fix });
  };
  const read = async (file: string): Promise<string> =>
    readShared(file).catch((error: unknown) => {
      report(file, error);
      return "";
    });
  const paths = attempt(
    () => sharedPaths(env),
    (error) => report(undefined, error),
  );
  const texts = {
    config: paths ? await read(paths.configFile) : "",
    credentials: paths ? await read(paths.credentialsFile) : "",
  };
  const mistakes: Diagnostic[] = [];
  const roleEnv = attempt(
    () => parseRoleEnv(env),
    (error) => {
      if (!(error instanceof AgentRolesError)) throw error;
      mistakes.push(...error.problems);
    },
  );
  const profiles = Object.entries(env).flatMap(([name, value = ""]) =>
    isRole(name) && value.includes(":") ? [value.slice(value.lastIndexOf(":") + 1)] : [],
  );
  const sections = {
    config: place(paths?.configFile, texts.config),
    credentials: place(paths?.credentialsFile, texts.credentials),
  };
  return {
    env,
    given,
    clock,
    roleEnv,
    mistakes,
    profiles,
    paths,
    texts,
    unreadable,
    sectionsOf: (profile) => profileSections(profile, sections),
    master: await askMaster(roleEnv, env, clock),
  };
}

function place(file: string | undefined, text: string): readonly PlacedSection[] {
  return readSections(text).map((section) => ({ ...section, place: `${file}:${section.line}` }));
}

function attempt<T>(work: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    onError(error);
    return undefined;
  }
}

async function askMaster(roleEnv: ParsedRoleEnv | undefined, env: Env, clock: Clock): Promise<MasterAnswer> {
  let offsetMs: number | undefined;
  const onDate = (date: number): void => {
    offsetMs = date - clock.now();
  };
  const ask = async (): Promise<string> => {
    const { region, credentials } = connectMaster(roleEnv ?? { roles: [] }, { env, clock, onDate });
    const config = { region, credentials, requestHandler: httpHandler(env), onDate };
    const caller = await callerIdentity(config, "the master");
    return caller.arn;
  };
  const error = (): AgentRolesError => noAnswer("the master", STS_LIMIT_MS);
  const answer = await withTimeout(ask, { limitMs: STS_LIMIT_MS, clock, error }).then(
    (arn) => ({ arn }),
    (cause: unknown) => ({ error: toAgentRolesError(cause) }),
  );
  return { ...answer, ...(offsetMs !== undefined && { offsetMs }) };
}
