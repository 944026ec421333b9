import { Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { awsAccess, loadInfra } from "../load-infra.ts";
import { withManifest } from "../options.ts";

interface Options {
  readonly manifest: string;
  readonly account?: string;
  readonly format: "cloudformation" | "terraform";
  readonly region?: string;
}

/** `agent-roles template`: the roles of one account or of the StackSet, for teams that do not deploy with the CDK. */
export function templateCommand(context: CliContext): Command {
  return withManifest(new Command("template"))
    .description("print the roles of one account as CloudFormation or Terraform JSON")
    .option("--account <account>", "account ID or alias; with deployment: stack-sets, omit it for the StackSet")
    .addOption(
      new Option("--format <format>", "output format")
        .choices(["cloudformation", "terraform"])
        .default("cloudformation"),
    )
    .option("--region <code>", "Region of the stack (default: AWS_REGION, then the profile's Region)")
    .action(async ({ manifest: file, account: name, format, region }: Options) => {
      const infra = await loadInfra(".");
      const { loadManifest } = await import("@agent-roles/manifest");
      const manifest = await loadManifest(file);
      if (name === undefined) {
        if (manifest.deployment === "stack-sets" && format === "cloudformation") {
          return context.out(JSON.stringify(JSON.parse(infra.stackSetTemplate(manifest)), undefined, 2));
        }
        throw new UsageError("--account is missing\n  fix: Name the account with --account.");
      }
      const account = manifest.accounts?.find(({ alias }) => alias === name)?.id ?? name;
      const access = await awsAccess(context.env, manifest, infra, region);
      const options = { format, account, region: access.region };
      const [template, ...more] = infra.accountTemplates(manifest, options);
      if (template === undefined) throw new UsageError(`"${name}" is not an account of ${file}`);
      if (more.length > 0) {
        throw new UsageError(
          `account ${account} needs ${more.length + 1} templates\n  fix: Use --format terraform, or agent-roles deploy.`,
        );
      }
      context.out(template.trimEnd());
    });
}
