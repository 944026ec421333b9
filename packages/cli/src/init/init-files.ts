import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../usage-error.ts";

/** What `init` writes besides the manifest, by file. Versions are fixed, so that a repository changes them by itself. */
export function toolFiles(version: string): Readonly<Record<string, string>> {
  const infra = `npx --yes --package=@agent-roles/infra@${version} agent-roles-infra`;
  // The first pull request has a base without roles.
  const synth = `          rm -rf cdk.out
          if [ -f agent-roles.yaml ]; then
            export AGENT_ROLES_MANIFEST="$PWD/agent-roles.yaml" CDK_OUTDIR="$PWD/cdk.out"
            (cd "$RUNNER_TEMP" && ${infra}) || [ -f cdk.out/manifest.json ]
          else mkdir cdk.out && echo '{ "Resources": {} }' > cdk.out/no-roles.template.json
          fi
`;
  const cdk = {
    app: infra,
    output: "cdk.out",
    requireApproval: "never",
    versionReporting: false,
    context: { "@aws-cdk/core:validateAgainstDefaultRules": true },
  };
  return {
    "cdk.json": `${JSON.stringify(cdk, undefined, 2)}\n`,
    ".github/workflows/agent-roles.yml": `# Checks who can assume the roles of agent-roles.yaml. Needs no AWS access.
name: agent-roles
on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  trust:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          path: change
          persist-credentials: false
      # The roles of the base branch, to show which access is new.
      - if: github.event_name == 'pull_request'
        uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          ref: \${{ github.event.pull_request.base.sha }}
          path: base
          persist-credentials: false
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 24
          package-manager-cache: false
      # Runs no code of the change: npx starts outside the checkout, whose node_modules and .npmrc could replace the tool.
      # Also fails for findings, after it has written the templates; the last step reports them.
      - working-directory: change
        run: |
${synth}      - if: github.event_name == 'pull_request'
        working-directory: base
        run: |
${synth}      - uses: agent-roles/agent-roles@v${version} # replace the tag by its commit
        with:
          working-directory: change
          path: cdk.out
          against: \${{ github.event_name == 'pull_request' && '../base/cdk.out' || '' }}
`,
  };
}

/** `agent-roles.env` is committed: docs/github-actions.md. */
const IGNORED = "cdk.out/";

/** The names of the files that exist with another content, and of what is in their place. */
export async function existing(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(files).map(async ([file, text]) => {
      const isThere = await lstat(file).then(
        () => true,
        () => false,
      );
      return isThere && (await readFile(file, "utf8").catch(() => undefined)) !== text ? [file] : [];
    }),
  );
  return found.flat();
}

/** The root of the Git repository, where this directory is below it: GitHub reads workflows there only. */
export function repositoryAbove(directory: string = resolve(".")): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory === resolve(".") ? undefined : directory;
  return dirname(directory) === directory ? undefined : repositoryAbove(dirname(directory));
}

/**
 * Writes the files, and adds `cdk.out/` to `.gitignore`.
 *
 * @throws {UsageError} naming what cannot be written.
 */
export async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  const ignored = await attempt(".gitignore", async () =>
    readFile(".gitignore", "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }),
  );
  const eol = ignored.includes("\r\n") ? "\r\n" : "\n";
  const isIgnored = ignored.split(/\r?\n/).some((line) => line.trim() === IGNORED);
  const separator = ignored === "" || ignored.endsWith("\n") ? "" : eol;
  const all = { ...files, ...(!isIgnored && { ".gitignore": ignored + separator + IGNORED + eol }) };
  for (const [file, text] of Object.entries(all)) {
    await attempt(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    });
  }
}

async function attempt<T>(file: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `${file}: ${reason}\n  fix: Start init in a directory that you can write to, or move away what is there.`,
    );
  });
}
