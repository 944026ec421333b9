import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What `init` writes besides the manifest, by file. Versions are fixed, so that a repository changes them by itself. */
export function toolFiles(version: string): Readonly<Record<string, string>> {
  const infra = `npx --yes --package=@agent-roles/infra@${version} agent-roles-infra`;
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
          persist-credentials: false
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 24
          package-manager-cache: false
      # Also fails for findings, after it has written the templates; the last step reports them.
      - run: ${infra} || [ -f cdk.out/manifest.json ]
      # The roles of the base branch, to show which access is new. The first pull request has a base without roles.
      - if: github.event_name == 'pull_request'
        uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          ref: \${{ github.event.pull_request.base.sha }}
          path: base
          persist-credentials: false
      - if: github.event_name == 'pull_request'
        working-directory: base
        run: |
          if [ -f agent-roles.yaml ]; then ${infra} || [ -f cdk.out/manifest.json ]
          else mkdir -p cdk.out && echo '{ "Resources": {} }' > cdk.out/no-roles.template.json
          fi
      - uses: agent-roles/agent-roles@v${version} # replace the tag by its commit
        with:
          path: cdk.out
          against: \${{ github.event_name == 'pull_request' && 'base/cdk.out' || '' }}
`,
  };
}

const IGNORED = ["cdk.out/", "agent-roles.env"];

/** The names of the files that exist with another content. */
export async function existing(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(files).map(async ([file, text]) => {
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      return isThere && (await readFile(file, "utf8").catch(() => "")) !== text ? [file] : [];
    }),
  );
  return found.flat();
}

/** Writes the files, and adds what is missing to `.gitignore`. */
export async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const ignored = await readFile(".gitignore", "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  const lines = new Set(ignored.split(/\r?\n/).map((line) => line.trim()));
  const missing = IGNORED.filter((line) => !lines.has(line));
  if (missing.length === 0) return;
  const separator = ignored === "" || ignored.endsWith("\n") ? "" : "\n";
  await writeFile(".gitignore", `${ignored}${separator}${missing.join("\n")}\n`);
}
