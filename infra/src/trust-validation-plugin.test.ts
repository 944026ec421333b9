import { App, CfnParameter, NestedStack, Stack, Validations } from "aws-cdk-lib";
import { AccountPrincipal, AnyPrincipal, ArnPrincipal, CfnRole, Role } from "aws-cdk-lib/aws-iam";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { testApp } from "./example.test-helper.ts";
import { TrustValidationPlugin, type TrustValidationOptions } from "./trust-validation-plugin.ts";

const env = { account: "123456789012", region: "eu-central-1" };

/** What synthesis says of an app, in one text; empty when it is content. */
function synth(app: App): string {
  const errors: unknown[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((text) => void errors.push(text));
  try {
    app.synth();
    return "";
  } catch (error) {
    return [...errors, error instanceof Error ? error.message : error].join("\n");
  } finally {
    spy.mockRestore();
  }
}

function appWith(options: TrustValidationOptions = {}): { readonly app: App; readonly stack: Stack } {
  const app = testApp();
  Validations.of(app).addPlugins(new TrustValidationPlugin(options));
  return { app, stack: new Stack(app, "Roles", { env }) };
}

it("fails the synthesis of any app with a role that any principal can assume, and names construct, reason and fix", () => {
  const app = testApp();
  new Role(new Stack(app, "Theirs", { env }), "Open", { assumedBy: new AnyPrincipal() });

  // The third of the three lines in README.md; the others are imports.
  Validations.of(app).addPlugins(new TrustValidationPlugin());

  const said = synth(app);
  expect(said).toContain("wildcard-principal");
  expect(said).toContain("Theirs/Open/Resource");
  expect(said).toMatch(/fix/i);
});

it("lets a role through that is trusted well", () => {
  const { app, stack } = appWith();
  const condition = {
    ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" },
  };
  new Role(stack, "Fine", {
    assumedBy: new AccountPrincipal("123456789012").withConditions(condition).withSessionTags(),
  });
  expect(synth(app)).toBe("");
});

it("looks at all stacks together", () => {
  const options = {
    expectations: [
      { from: "arn:aws:iam::123456789012:role/A", to: "arn:aws:iam::123456789012:role/B", decision: "denied" },
    ],
  } as const;
  const { app, stack } = appWith({ ...options, failOn: "critical" });
  new Role(stack, "A", { roleName: "A", assumedBy: new ArnPrincipal("arn:aws:iam::123456789012:role/B") });
  expect(synth(app)).toContain("no role matches");
  const { app: two, stack: first } = appWith({ ...options, failOn: "critical" });
  new Role(first, "A", { roleName: "A", assumedBy: new ArnPrincipal("arn:aws:iam::123456789012:role/B") });
  new Role(new Stack(two, "Other", { env }), "B", {
    roleName: "B",
    assumedBy: new ArnPrincipal("arn:aws:iam::123456789012:role/A"),
  });
  expect(synth(two)).toContain("Other/B/Resource");
});

it("looks into nested stacks", () => {
  const { app, stack } = appWith();
  new Role(new NestedStack(stack, "Inner"), "Open", { assumedBy: new AnyPrincipal() });
  expect(synth(app)).toContain("Roles/Inner/Open/Resource");
});

/** Synthesizes a role that any principal can assume. */
function open(options: TrustValidationOptions): string {
  const { app, stack } = appWith(options);
  new Role(stack, "Open", { roleName: "Open", assumedBy: new AnyPrincipal() });
  return synth(app);
}

it("fails on the severity in failOn, and not on a suppressed finding", () => {
  const severities = { "wildcard-principal": "medium" } as const;
  expect(open({ context: { severities } })).not.toContain("wildcard-principal");
  expect(open({ context: { severities }, failOn: "medium" })).toContain("wildcard-principal");
  const suppressions = [{ id: "wildcard-principal", role: "arn:aws:iam::*:role/Open", reason: "a honeypot" }];
  expect(open({ suppressions })).not.toContain("wildcard-principal");
});

it("asks manifest users to accept a finding in trust.suppressions, and other users to acknowledge it", () => {
  expect(open({ acceptIn: "trust.suppressions" })).toContain(
    "or accept it in trust.suppressions of the manifest: { id: wildcard-principal, reason: … }",
  );
  const plain = open({});
  expect(plain).toContain("Acknowledge with 'agent-roles::wildcard-principal'");
  expect(plain).not.toContain("trust.suppressions");
});

it("writes the finding into the CDK's report", () => {
  const { app, stack } = appWith();
  new Role(stack, "Open", { assumedBy: new AnyPrincipal() });
  synth(app);
  expect(readFileSync(join(app.outdir, "validation-report.json"), "utf8")).toContain("wildcard-principal");
});

it("takes what it cannot resolve for unknown, not for good", () => {
  const { app, stack } = appWith();
  const who = new CfnParameter(stack, "Who");
  const stage = new CfnParameter(stack, "Stage", { default: "dev" });
  new CfnRole(stack, "Param", {
    assumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: who.valueAsString },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "aws:PrincipalTag/stage": stage.valueAsString } },
        },
      ],
    },
  });
  const assembly = app.synth();
  const [template] = assembly.stacks;
  if (!template) throw new Error("no stack");
  const validation = {
    templatePaths: [template.templateFullPath],
    stackTemplates: [
      {
        stackConstructPath: "Roles",
        templatePath: template.templateFullPath,
        accountId: env.account,
        region: env.region,
      },
    ],
    appConstruct: app,
  };
  const { violations, success } = new TrustValidationPlugin({ failOn: "info" }).validate(validation);
  expect(violations.map(({ ruleName }) => ruleName)).toContain("unknown-value");
  expect(violations.map(({ ruleMetadata }) => ruleMetadata?.["severity"])).toEqual(
    expect.arrayContaining(["medium", "info"]),
  );
  expect(success).toBe(false);
  const { violations: usual, metadata } = new TrustValidationPlugin().validate(validation);
  expect(usual.filter(({ ruleMetadata }) => ruleMetadata?.["severity"] === "info")).toEqual([]);
  expect(metadata?.["notReported"]).toMatch(/^[1-9]\d* of severity info/);
});
