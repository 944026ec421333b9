import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import { exposedFiles } from "../aws-files/exposed-files.ts";
import { unparsableFiles } from "../aws-files/unparsable-files.ts";
import { cacheDirectory } from "../cache/cache-directory.ts";
import { refuseExposedName } from "../files/exposed-program.ts";
import { exposure } from "../files/owner.ts";
import { noRoles } from "../role-env/index.ts";
import { foreignProfiles } from "../stores/foreign-profiles.ts";
import { profileDirectory } from "../stores/profile-files.ts";
import { managedSections, noteField, otherKeeper } from "../stores/profile-keepers.ts";
import { profileProblem } from "../stores/profile-problem.ts";
import { readSharedProfiles } from "../stores/read-shared-profiles.ts";
import { certificateAuthorities } from "../sts/http-handler.ts";
import { CHAINED_SECONDS, isRoleSession } from "../sts/session-arn.ts";
import type { Facts } from "./facts.ts";
import {
  type Problem,
  asProblem,
  isProxyUrl,
  problemOf,
  shadowing,
  staleLock,
  unreadableToken,
  unwritable,
} from "./problems.ts";

export type Severity = "error" | "warning";

interface Check {
  readonly id: string;
  readonly severity: Severity;
  /** What is printed when it finds nothing. */
  readonly good: string;
  readonly find: (facts: Facts) => readonly Problem[] | Promise<readonly Problem[]>;
}

/** AWS accepts requests that are signed up to five minutes early or late; sessions end by its clock. */
const TOLERATED_SKEW_MS = 30_000;
const OWN_MASTER = "is the master's own";
const GAP = "is missing";
const KEYS_FIX = "Remove aws_access_key_id, aws_secret_access_key and aws_session_token there.";
/** Failures of the way to STS, not of the credentials. */
const NOT_REACHED =
  /^(?:Unavailable|InvalidAnswer|InvalidRequest|Throttled|RegionDisabled|MasterCredentialsUnavailable)$/;

/** Every check, from the variables to AWS. */
export const CHECKS: readonly Check[] = [
  {
    id: "role-definitions",
    severity: "error",
    good: "the AWS_ROLE_N variables have no mistakes",
    find: ({ mistakes, profiles, roleEnv, env }) => {
      if (profiles.length === 0) return [noRoles(env)];
      const all = [...mistakes, ...(roleEnv?.warnings ?? [])];
      return all.filter(({ message }) => !message.includes(OWN_MASTER) && message !== GAP).map(asProblem);
    },
  },
  {
    id: "role-number-gap",
    severity: "warning",
    good: "the AWS_ROLE_N variables are numbered without a gap",
    find: ({ mistakes, roleEnv }) =>
      [...mistakes, ...(roleEnv?.warnings ?? [])].filter(({ message }) => message === GAP).map(asProblem),
  },
  {
    id: "master-is-a-profile",
    severity: "error",
    good: "the master is none of the profiles",
    find: ({ mistakes, roleEnv, env, profiles, sectionsOf }) => {
      const same = roleEnv?.roles.filter(({ role }) => role.arn === roleEnv.master?.role.arn) ?? [];
      const own = env["AWS_PROFILE"] || "default";
      const sources = sectionsOf(own).filter(({ values }) => profiles.includes(values["source_profile"] ?? ""));
      return [
        ...mistakes.filter(({ message }) => message.includes(OWN_MASTER)).map(asProblem),
        ...same.map(({ number, role }) => ({
          message: `AWS_ROLE_${number}: ${role.arn} is also AWS_MASTER_ROLE_ARN`,
          fix: "Set AWS_MASTER_ROLE_ARN to the role that assumes the others, or unset it.",
        })),
        ...sources.map(({ place, values }) => ({
          message: `${place}: the master's profile "${own}" gets its credentials from the profile "${values["source_profile"]}" of an AWS_ROLE_N`,
          fix: "Set source_profile to a profile that is not declared by AWS_ROLE_N.",
        })),
      ];
    },
  },
  {
    id: "unreadable-file",
    severity: "error",
    good: "the files that AWS clients use can be read",
    find: async ({ unreadable, env, paths }) => {
      const tokens = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
      const failed = await Promise.all(tokens.map((name) => unreadableToken(name, env)));
      const unparsable = paths ? await unparsableFiles(env) : [];
      return [...[...unreadable, ...unparsable].map(asProblem), ...failed.flat()];
    },
  },
  {
    id: "unwritable-directory",
    severity: "error",
    good: "this user can write to the directories of the profiles",
    find: async ({ profiles, env, paths, sectionsOf }) => {
      // Another user or container can keep profiles that are there already.
      if (!paths || profiles.every((profile) => sectionsOf(profile).some(({ managed }) => managed))) return [];
      const directories = [...Object.values(paths).map(dirname), profileDirectory(env)];
      return (await Promise.all([...new Set(directories)].map((path) => unwritable(path)))).flat();
    },
  },
  {
    id: "open-file",
    severity: "warning",
    good: "no other user can write to the files",
    find: async ({ env, given, paths, profiles, sectionsOf }) => {
      if (!paths) return [];
      const files = (await exposedFiles(env)).map(asProblem);
      const reason = await exposure(cacheDirectory(env)).catch(() => undefined);
      const fix = "Run chmod go-w on it, or set AGENT_ROLES_CACHE_DIR to a directory that only this user can write to.";
      const usesCat = profiles
        .flatMap(sectionsOf)
        .some(({ values }) => values["credential_process"]?.startsWith("cat "));
      const program = usesCat ? await problemOf(() => refuseExposedName("cat", given)) : [];
      return [
        ...files,
        ...(reason === undefined ? [] : [{ message: `sessions are not shared: ${reason}`, fix }]),
        ...program,
      ];
    },
  },
  {
    id: "stale-lock",
    severity: "warning",
    good: "no lock is left of a process that has ended",
    find: async ({ env, paths }) => {
      if (!paths) return [];
      const cache = cacheDirectory(env);
      const names = await readdir(cache).catch(() => []);
      const cached = names.filter((name) => name.endsWith(".lock")).map((name) => join(cache, name));
      const locks = [`${paths.configFile}.lock`, `${paths.credentialsFile}.lock`, ...cached];
      return (await Promise.all(locks.map(staleLock))).flat();
    },
  },
  {
    id: "shadowing-keys",
    severity: "error",
    good: "no keys shadow the credential_process of a profile",
    find: ({ profiles, sectionsOf }) =>
      profiles.flatMap((profile) =>
        shadowing(sectionsOf(profile)).map(({ place }) => ({
          message: `${place}: the keys of "${profile}" shadow its credential_process: AWS clients prefer keys`,
          fix: KEYS_FIX,
        })),
      ),
  },
  {
    id: "foreign-profile",
    severity: "error",
    good: "no other tool wrote a section of a profile",
    find: ({ profiles, texts, paths, sectionsOf }) => {
      if (!paths) return [];
      const foreign = foreignProfiles(texts, paths, new Set(profiles));
      return profiles.flatMap((profile) => {
        const error = foreign.get(profile);
        return error && shadowing(sectionsOf(profile)).length === 0 ? [error] : [];
      });
    },
  },
  {
    id: "profile-keeper",
    severity: "error",
    good: "no profile has expired, has another role, or was left by a process that has ended",
    find: async ({ roleEnv, env, clock }) => {
      // Files that cannot be read are another check's.
      const shared = await readSharedProfiles(env).catch(() => undefined);
      if (!shared) return [];
      const problems = await Promise.all(
        (roleEnv?.roles ?? []).map((target) => profileProblem(target, shared, clock.now())),
      );
      return problems.flatMap((error) => (error && error.code !== "ForeignProfile" ? [error] : []));
    },
  },
  {
    id: "leftover-profile",
    severity: "warning",
    good: "every profile that no AWS_ROLE_N declares has a running process",
    find: async ({ profiles, texts, clock }) => {
      const left: Problem[] = [];
      for (const [profile, sections] of managedSections(texts)) {
        if (profiles.includes(profile) || (await otherKeeper(sections, "", clock.now()))) continue;
        left.push({
          message: `${profile}: no AWS_ROLE_N declares this profile of ${noteField(sections[0]?.note ?? "", "role")}, and no running process keeps it`,
          fix: "If nothing uses it any more, run agent-roles run --once --prune, which removes the profiles that no AWS_ROLE_N declares.",
        });
      }
      return left;
    },
  },
  {
    id: "environment-credentials",
    severity: "error",
    good: "no credentials in the environment have precedence over AWS_PROFILE",
    find: ({ given }) => {
      const profile = given["AWS_PROFILE"];
      const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].filter((name) => given[name]);
      const token =
        given["AWS_ROLE_ARN"] && given["AWS_WEB_IDENTITY_TOKEN_FILE"] ? ["AWS_WEB_IDENTITY_TOKEN_FILE"] : [];
      const names = [...(keys.length > 1 ? keys : []), ...token];
      if (!profile || names.length === 0) return [];
      const message = `${names.join(", ")} in the environment: boto3 and others use these credentials instead of AWS_PROFILE=${profile}`;
      return [
        { message, fix: `Unset ${names.join(" ")} for programs that use the profile, or use --profile ${profile}.` },
      ];
    },
  },
  {
    id: "default-hides-endpoint",
    severity: "error",
    good: "no [default] profile hides a container endpoint",
    find: ({ given, sectionsOf }) => {
      const uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].find(
        (name) => given[name],
      );
      if (uri === undefined) return [];
      const hiding = sectionsOf("default").filter(({ values }) =>
        ["aws_access_key_id", "credential_process", "role_arn", "sso_session"].some((name) => values[name]),
      );
      return hiding.map(({ place }) => ({
        message: `${place}: AWS clients use the credentials of [default] instead of the endpoint in ${uri}`,
        fix: `Rename the section, or unset ${uri}.`,
      }));
    },
  },
  {
    id: "proxy-or-ca",
    severity: "error",
    good: "the proxy variables and the CA bundle can be used",
    find: async ({ env }) => {
      const names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name.toLowerCase(), name]);
      // A proxy's URL can hold a password.
      const proxies = names
        .filter((name) => env[name] && !isProxyUrl(env[name]))
        .map((name) => ({
          message: `${name} is not the URL of a proxy`,
          fix: `Write ${name} as http://HOST:PORT.`,
        }));
      const bundle = await problemOf(async () => {
        const text = await certificateAuthorities(env);
        if (text === undefined || text.includes("-----BEGIN ")) return;
        const fix = "Set AWS_CA_BUNDLE (or ca_bundle in the profile) to a file with certificates in PEM format.";
        throw new AgentRolesError("AWS_CA_BUNDLE: the file has no certificate", { code: "InvalidRequest", fix });
      });
      return [...proxies, ...bundle];
    },
  },
  {
    id: "aws-reachable",
    severity: "error",
    good: "nothing stopped a call to STS",
    find: ({ master: { error } }) => (error && NOT_REACHED.test(error.code) ? [error] : []),
  },
  {
    id: "master-credentials",
    severity: "error",
    good: "STS did not refuse the master's credentials",
    find: ({ master: { error } }) => (error && !NOT_REACHED.test(error.code) ? [error] : []),
  },
  {
    id: "clock",
    severity: "error",
    good: "the clock was not found to differ from AWS's",
    find: ({ master: { offsetMs = 0 } }) => {
      if (Math.abs(offsetMs) < TOLERATED_SKEW_MS) return [];
      const side = offsetMs > 0 ? "behind" : "ahead of";
      const message = `this machine's clock is ${Math.round(Math.abs(offsetMs) / 1000)} s ${side} AWS; AWS refuses requests from five minutes on`;
      return [{ message, fix: "Synchronize the clock (NTP)." }];
    },
  },
  {
    id: "chaining-cap",
    severity: "warning",
    good: "no role asks for a longer session than AWS gives",
    find: ({ roleEnv, master: { arn = "" } }) => {
      if (!roleEnv?.master && !isRoleSession(arn)) return [];
      const long = roleEnv?.roles.filter(({ durationSeconds = 0 }) => durationSeconds > CHAINED_SECONDS) ?? [];
      return long.map(({ number, durationSeconds }) => ({
        message: `AWS_ROLE_${number}_DURATION_SECONDS is ${durationSeconds}: AWS caps the session at ${CHAINED_SECONDS} s, because the master is itself a role session`,
        fix: `Set AWS_ROLE_${number}_DURATION_SECONDS to ${CHAINED_SECONDS} or less, or unset it.`,
      }));
    },
  },
];
