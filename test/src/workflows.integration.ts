import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { REPOSITORY } from "./harness/repository.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: object; readonly "timeout-minutes"?: number; readonly steps: readonly Step[] }
    >
  >;
}

const directory = join(REPOSITORY, ".github/workflows");
const files = await readdir(directory);
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(join(directory, file), "utf8")] as const)),
);

describe.each([...texts])("%s", (_, text) => {
  const workflow: Workflow = parse(text);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it("pins every action by commit, with its version beside it", () => {
    const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: (\.\/|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  it("gives each job the least that it needs", () => {
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
    for (const job of Object.values(workflow.jobs)) {
      const {
        contents = "read",
        "security-events": events = "write",
        // npm's trusted publishing, deploy-pages.
        "id-token": token = "write",
        pages = "write",
        ...others
      }: Record<string, string> = { ...job.permissions };
      const least = { contents: "read", events: "write", token: "write", pages: "write", others: {} };
      expect({ contents, events, token, pages, others }).toEqual(least);
      expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
    }
  });

  it("keeps no token in the checkout, and runs nothing of a fork with one", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
      expect(step.with?.["persist-credentials"]).toBe(false);
    }
  });

  it("runs no code of a change in a job that can write", () => {
    for (const { permissions = {}, steps: own } of Object.values(workflow.jobs)) {
      if (!Object.values(permissions).includes("write")) continue;
      expect(own.filter(({ uses = "" }) => /^(\.|actions\/checkout@)/.test(uses))).toEqual([]);
      const scripts = own.flatMap(({ run = [] }) => run);
      expect(scripts.every((script) => script.includes("npm publish --ignore-scripts"))).toBe(true);
    }
  });

  it("lets nobody write a script through an event's text", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });
});

it("judges the trust policies of a pull request with the action and checker of the base branch", () => {
  const { jobs }: Workflow = parse(texts.get("trust.yml") ?? "");
  const judges = Object.values(jobs).filter(({ steps }) => steps.some(({ uses = "" }) => uses.startsWith("./")));
  expect(judges).toHaveLength(1);
  const [{ permissions, steps } = { permissions: undefined, steps: [] }] = judges;
  expect(permissions).toEqual({ contents: "read" });
  const checkouts = steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
  expect(checkouts.map((step) => step.with?.["ref"])).toEqual([
    "${{ github.event.pull_request.base.sha || github.sha }}",
  ]);
  // What a change wrote is in a directory of its own, where neither the action nor the checker is.
  const downloads = steps.filter(({ uses = "" }) => uses.startsWith("actions/download-artifact@"));
  expect(downloads.map((step) => step.with?.["path"])).toEqual(["change"]);
  const judging = steps.filter(({ uses }) => uses === "./");
  expect(judging.map((step) => step.with)).toMatchObject([{ "working-directory": "change", path: "cdk.out" }]);
  expect(jobs["templates"]?.steps.some(({ uses = "" }) => uses.startsWith("./"))).toBe(false);
});
