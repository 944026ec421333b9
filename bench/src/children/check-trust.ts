import { rolesFromTemplates, type TemplateSource } from "@agent-roles/templates";
import { lintTrust } from "@agent-roles/trust";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";

const [folder = "", masterRoleArn = ""] = process.argv.slice(2);
const sources = readdirSync(folder).map((name): TemplateSource => {
  const file = join(folder, name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench wrote it
  const template = JSON.parse(readFileSync(file, "utf8")) as TemplateSource["template"];
  return { file, template, account: basename(name, ".template.json"), region: "us-east-1" };
});
const { roles } = rolesFromTemplates(sources);
if (roles.length !== 1_001) throw new Error(`${roles.length} roles were read`);
const targets = roles.filter(({ arn }) => arn !== masterRoleArn);
const findings = lintTrust(roles, {
  masterRoleArn,
  expectedRoles: targets.map(({ arn }, index) => ({
    variable: `AWS_ROLE_${index + 1}`,
    profile: `Profile${index + 1}`,
    roleArn: arn,
  })),
});
const bad = findings.filter(({ severity }) => severity !== "info" && severity !== "medium");
if (bad[0]) throw new Error(`${bad.length} findings: ${JSON.stringify(bad[0])}`);
