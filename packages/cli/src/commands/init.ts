import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { existing, repositoryAbove, toolFiles, writeFiles } from "../init/init-files.ts";
import { initManifest, SCHEMA_FILE } from "../init/init-manifest.ts";
import { TRUSTED_BY_FORMS } from "../init/trusted-by.ts";
import { repeatable } from "../options.ts";
import { ownVersion } from "../own-version.ts";
import { UsageError } from "../usage-error.ts";
import { schemaText } from "./schema.ts";

interface Options {
  readonly master?: string;
  readonly trustedBy?: readonly string[];
  readonly account?: readonly string[];
  readonly partition: string;
  readonly force?: true;
}

const MANIFEST = "agent-roles.yaml";

const EXAMPLE = `
Example:
  agent-roles init --master 111111111111 --trusted-by github:octo/agents --account dev=222222222222 --account prod=333333333333`;

/** `agent-roles init`: a manifest and what deploys and checks it, in the user's own repository. Makes no AWS call. */
export function initCommand(context: CliContext): Command {
  return new Command("init")
    .description(
      "write agent-roles.yaml, its schema, cdk.json, a line of .gitignore and a GitHub workflow into this directory",
    )
    .option("--master <id>", "account ID of the master role, which the agent starts as")
    .addOption(repeatable("--trusted-by <who>", `who can assume the master role (repeatable): ${TRUSTED_BY_FORMS}`))
    .addOption(repeatable("--account <alias=id>", "account with a target role (repeatable); the alias is its profile"))
    .option("--partition <name>", "AWS partition of all accounts", "aws")
    .option("--force", "replace files that exist; without this option they are kept")
    .addHelpText("after", EXAMPLE)
    .action(async (options: Options) => {
      const { ask } = context;
      const words = async (question: string): Promise<readonly string[]> =>
        (await ask?.(question))?.split(/[\s,]+/).filter((word) => word !== "") ?? [];
      const master = options.master ?? (await words("Account ID of the master role"))[0] ?? "";
      const trustedBy = options.trustedBy ?? (await words(`Who can assume it (${TRUSTED_BY_FORMS})`));
      const accounts = options.account ?? (await words("Accounts with a target role (alias=ID, …)"));
      const made = initManifest({ partition: options.partition, master, trustedBy, accounts });
      const text = "text" in made ? made.text : "";
      // The manifest last: where something cannot be written, init can start anew.
      const files = { [SCHEMA_FILE]: schemaText(), ...toolFiles(ownVersion()), [MANIFEST]: text };
      const kept = options.force ? [] : await existing(files);
      const mistakes = [
        ...("mistakes" in made ? made.mistakes : []),
        ...(kept.includes(MANIFEST) ? [`${MANIFEST} exists\n  fix: Move it away, or replace it with --force.`] : []),
      ];
      if (mistakes.length > 0) throw new UsageError(mistakes.join("\nerror: "));
      const written = Object.fromEntries(Object.entries(files).filter(([file]) => !kept.includes(file)));
      await writeFiles(written);
      context.out(`wrote ${Object.keys(written).toReversed().join(", ")} and cdk.out/ in .gitignore`);
      const root = repositoryAbove();
      if (root !== undefined) {
        context.err(
          `warning: GitHub runs workflows of ${root} only\n  fix: Move .github/workflows/agent-roles.yml there, and extend the paths change and base in its last three steps to this directory.`,
        );
      }
      for (const file of kept) context.err(`kept ${file}, which exists; --force replaces it`);
      context.out(`Next:
  npx -p agent-roles -p @agent-roles/infra agent-roles deploy    create the roles; needs credentials that can assume OrganizationAccountAccessRole
  npx agent-roles run --env-file cdk.out/agent-roles.env         keep the profiles fresh; as the master role, or with AWS_MASTER_ROLE_ARN set to it`);
    });
}
