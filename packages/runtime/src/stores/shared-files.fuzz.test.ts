import { rm } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { credentials, target } from "../fixtures.test-helper.ts";
import { type Botocore, missingBotocore, startBotocore } from "../aws-files/botocore.test-helper.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { printFileCommand, processCommand } from "./process-command.ts";
import { profileDirectory, profileFile } from "./profile-files.ts";
import { profileStore } from "./profile-store.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";

/** Settings as people and other tools write them. */
const setting = fc.constantFrom(
  "aws_access_key_id = AKIAEXAMPLE",
  "aws_secret_access_key=abc/def+ghi==",
  "  region   =   eu-west-1   ",
  "Region = eu-north-1",
  "region: us-east-2",
  "output = json # not a comment to botocore",
  "output = json ; nor this",
  "role_arn = arn:aws:iam::123456789012:role/path/x",
  "source_profile = default",
  "s3 =",
  "s3 =\n  max_concurrent_requests = 20\n  addressing_style = path",
  "s3 =\n\tregion = nested",
  "sso_session = my-sso",
  "sso_scopes = a,\n  b,\n  c",
  "credential_process = \"/opt/a b\" --x 'y'",
  "empty =",
  "caf\u00e9 = \u4e2d\u6587",
  "percent = 100%(x)s",
  "output = text\n# agent-roles: not below a header",
  "no value at all",
  "= no name",
);
const header = fc.constantFrom(
  "[default]",
  "[work]",
  "[profile work]",
  '[profile "x y"]',
  "[profile   wide]",
  "[profile\ttab]",
  "[profile 'quoted']",
  '[profile "First"]',
  "[First]",
  "[ First ]",
  "  [indented]",
  "[profile First] # why",
  "[sso-session my-sso]",
  "[services s]",
  "[plugins]",
  "[a]b]",
  "[]",
  "[second] ; note",
  "[profile Second",
);
const filler = fc.constantFrom("", " ", "\t", "# a comment", "  ; another", "#");
const line = fc.oneof(
  { weight: 4, arbitrary: setting },
  { weight: 3, arbitrary: header },
  { weight: 2, arbitrary: filler },
);
const wild = fc.string({ unit: "grapheme", maxLength: 10 }).map((text) => text.replaceAll("\0", ""));
const file = fc
  .record({
    lines: fc.array(fc.oneof({ weight: 30, arbitrary: line }, { weight: 1, arbitrary: wild }), { maxLength: 14 }),
    eol: fc.constantFrom("\n", "\n", "\r\n"),
    closed: fc.boolean(),
    mark: fc.constantFrom("", "", "", "", "\ufeff"),
  })
  .map(({ lines, eol, closed, mark }) => mark + lines.join("\n").replaceAll("\n", eol) + (closed ? eol : ""));

const NAMES = ["First", "Second", "third.x@y", "a%b/c+d-e_f"];
const entry = (profile: string, region: string | undefined): StoredCredentials => ({
  target: { ...target("x", region ? { region } : {}), profile },
  credentials: credentials(profile, 0),
});

const MISSING = missingBotocore();

let home: TestHome;
let botocore: Botocore | undefined;
beforeAll(() => {
  botocore = MISSING ? undefined : startBotocore();
});
afterAll(async () => botocore?.close());
beforeEach(async () => {
  home = await testHome();
});
afterEach(() => home.close());

type Profiles = Readonly<Record<string, unknown>>;

/** What the two readers see now: every profile with its settings. */
async function views(): Promise<Readonly<Record<string, Profiles>>> {
  const sdk = await home.parsed();
  return {
    "JavaScript, credentials": sdk.credentialsFile,
    "JavaScript, config": sdk.configFile,
    ...(botocore && { botocore: await botocore.read(home.file("credentials"), home.file("config")) }),
  };
}

const keysOf = ({ credentials: { accessKeyId, secretAccessKey, sessionToken } }: StoredCredentials): Profiles => ({
  aws_access_key_id: accessKeyId,
  aws_secret_access_key: secretAccessKey,
  aws_session_token: sessionToken,
});
const regionOf = ({ target: { region } }: StoredCredentials): Profiles => (region ? { region } : {});
const withCache = (env: TestHome["env"]) => ({ ...env, AGENT_ROLES_CACHE_DIR: `${env.HOME}/it's a #cache $HOME` });
const processOf = ({ target: { profile } }: StoredCredentials): Profiles => ({
  credential_process: printFileCommand(profileFile(profileDirectory(withCache(home.env)), profile), process.platform),
});

interface Form {
  readonly name: string;
  readonly store: (env: TestHome["env"]) => CredentialStore;
  readonly credentials: (entry: StoredCredentials) => Profiles;
  readonly config: (entry: StoredCredentials) => Profiles;
}

const FORMS: readonly Form[] = [
  {
    name: "sharedCredentialsStore",
    store: (env) => sharedCredentialsStore({ env }),
    credentials: keysOf,
    config: regionOf,
  },
  {
    name: "profileStore",
    store: (env) => profileStore({ env: withCache(env) }),
    credentials: () => ({}),
    config: (each) => ({ ...processOf(each), ...regionOf(each) }),
  },
];

/** What a reader should see: its profiles of before, and ours. */
function expected(reader: string, before: Profiles, form: Form, taken: readonly StoredCredentials[]): Profiles {
  // botocore reads all or nothing: what it could not read before is not for us to mend.
  if ("unreadable" in before) return before;
  const settings = (each: StoredCredentials): Profiles => ({
    ...(reader !== "JavaScript, credentials" && form.config(each)),
    ...(reader !== "JavaScript, config" && form.credentials(each)),
  });
  const ours = taken.map((each) => [each.target.profile, settings(each)] as const);
  return { ...before, ...Object.fromEntries(ours.filter(([, values]) => Object.keys(values).length > 0)) };
}

describe.each(FORMS)("$name, in whatever files there are", (form) => {
  const skipped = MISSING ? ` (JavaScript only: ${MISSING})` : "";
  it(`shows both readers our profiles with our values, and the others as before${skipped}`, async () => {
    const names = fc.subarray(NAMES, { minLength: 1 });
    const region = fc.constantFrom("eu-west-1", undefined);
    let readable = 0;
    const property = fc.asyncProperty(
      file,
      file,
      names,
      names,
      region,
      async (credentialsText, configText, ...puts) => {
        const [first, second, where] = puts;
        await home.given("credentials", credentialsText);
        await home.given("config", configText);
        const before = await views();
        const store = form.store(home.env);
        await store.put(first.map((name) => entry(name, "us-west-2")));
        const entries = second.map((name) => entry(name, where));
        const refused = await store.put(entries);
        await store.remove(first.filter((name) => !second.includes(name)));

        const taken = entries.filter((each) => !refused.some((refusal) => refusal.target === each.target));
        const after = await views();
        for (const [reader, seen] of Object.entries(after)) {
          const old = before[reader] ?? {};
          readable += "unreadable" in old ? 0 : 1;
          expect(seen, reader).toEqual(expected(reader, old, form, taken));
        }
        await rm(home.file("credentials"));
        await rm(home.file("config"));
      },
    );
    await fc.assert(property, { numRuns: 150 });
    expect(readable).toBeGreaterThan(150);
  });
});

it.runIf(MISSING === undefined)(
  "a credential_process means the same words to botocore, whatever they hold",
  async () => {
    const word = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, " "));
    const onWindows = word.map((text) => text.replaceAll(/"|\s(?=[#;])/gu, ""));
    const programs = { linux: "/opt/a b", win32: "C:\\Program Files\\x\\" } as const;
    for (const [platform, words] of [
      ["linux", word],
      ["win32", onWindows],
    ] as const) {
      const property = fc.asyncProperty(fc.array(words, { maxLength: 5 }), async (rest) => {
        const all = [programs[platform], ...rest];
        const command = Buffer.from(processCommand(all, platform), "latin1").toString();
        expect(await botocore?.split(command, platform)).toEqual(all);
      });
      await fc.assert(property, { numRuns: 500 });
    }
  },
);
