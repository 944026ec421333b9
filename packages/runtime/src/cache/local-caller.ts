import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import { readConfigSections, readProfile } from "../aws-files/profile-setting.ts";
import { readTextSync } from "../aws-files/read-shared.ts";
import { homeDirectory } from "../files/home-directory.ts";
import type { Env } from "../role-env/env.ts";
import { entryName } from "./entry-name.ts";

/** Settings of a profile whose credentials only a process, a login or the instance knows. */
const DYNAMIC = ["credential_process", "login_session"];

/** Settings that lead to credentials. */
const LEADS_TO_CREDENTIALS = /^(aws_|role_arn|web_identity_token_file|sso_)/;

/**
 * Identifies the credentials that the SDK's default chain finds, as far as variables and files do, without a call: keys, the profile
 * and what it refers to, tokens. Holds no secret.
 *
 * @returns `undefined` when only the credentials themselves identify the caller: an instance role, a `credential_process`.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function localCaller(env: Env): string | undefined {
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret, AWS_PROFILE: profile } = env;
  if (keyId && secret && !profile) return `key ${keyId}`;
  const inFiles = profileCaller(profile || "default", env, new Set());
  if (inFiles !== "none") return inFiles === "dynamic" ? undefined : `profile ${entryName(inFiles)}`;
  const token = env["AWS_WEB_IDENTITY_TOKEN_FILE"];
  if (token) return `web identity ${env["AWS_ROLE_ARN"]} ${tokenSubject(readText(token))}`;
  return containerCaller(env);
}

/** Whether the files lead to credentials for this profile; what agent-roles wrote does not count. */
export function givesCredentials(profile: string, env: Env): boolean {
  return profileCaller(profile, env, new Set()) !== "none";
}

function containerCaller(env: Env): string | undefined {
  const uri = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] || env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!uri) return undefined;
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = file ? readText(file) : (env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] ?? "");
  return `container ${uri} ${tokenSubject(token)}`;
}

/** Everything that a profile's credentials follow from; `none` when it leads to no credentials. */
function profileCaller(profile: string, env: Env, seen: Set<string>): string {
  const sections = readProfile(profile, env).filter(({ managed }) => !managed);
  const values: Readonly<Record<string, string>> = Object.assign({}, ...sections.map((section) => section.values));
  const parts = [profile, JSON.stringify(values)];
  if (DYNAMIC.some((name) => values[name])) return "dynamic";
  if (!Object.keys(values).some((name) => LEADS_TO_CREDENTIALS.test(name))) return "none";
  switch (values["credential_source"]) {
    case undefined:
      break;
    case "Environment":
      parts.push(env["AWS_ACCESS_KEY_ID"] ?? "");
      break;
    case "EcsContainer":
      parts.push(containerCaller(env) ?? "");
      break;
    default:
      return "dynamic";
  }
  const { source_profile: source, web_identity_token_file: token } = values;
  if (token) parts.push(tokenSubject(readText(token)));
  if (Object.keys(values).some((name) => name.startsWith("sso_"))) parts.push(ssoTokens(env));
  if (source && !seen.has(source)) {
    const from = profileCaller(source, env, seen.add(profile));
    if (from === "dynamic") return from;
    parts.push(from);
  }
  return parts.join("\n");
}

/** The logins of the AWS CLI: another person's token is another caller. */
function ssoTokens(env: Env): string {
  try {
    const directory = join(homeDirectory(env), ".aws", "sso", "cache");
    const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
    return names
      .toSorted()
      .map((name) => readText(join(directory, name)))
      .join("\n");
  } catch {
    return "";
  }
}

/** The endpoints that the profile names: another one is another STS. Empty when there are none. */
export function profileEndpoints(env: Env): string {
  const values = readProfile(env["AWS_PROFILE"] || "default", env).map((section) => section.values);
  const urls = values.flatMap(({ endpoint_url: url }) => url ?? []);
  const services = values.flatMap(({ services: name }) => (name ? readConfigSections([`services ${name}`], env) : []));
  return [...urls, ...services.flatMap(({ lines }) => lines)].join("\n");
}

/** Who a token is for: projected tokens are renewed, and stay those of the same service account. */
function tokenSubject(token: string): string {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const claims: Readonly<Record<string, unknown>> = JSON.parse(payload);
    if (claims["iss"] && claims["sub"]) return entryName(JSON.stringify([claims["iss"], claims["sub"], claims["aud"]]));
  } catch {
    // Not a JSON Web Token.
  }
  return entryName(token);
}

function readText(path: string): string {
  try {
    return readTextSync(path, "Set the variable or the profile's setting that names it to a regular file.");
  } catch (error) {
    if (error instanceof AgentRolesError) throw error;
    return "";
  }
}
