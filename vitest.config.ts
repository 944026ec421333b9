import { availableParallelism } from "node:os";
import { spawnSync } from "node:child_process";
import { basename, delimiter, dirname } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** pnpm puts the directory of its Node first, too, which can have another python3 than the user's: the last mention counts. */
const directories = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((directory, index, all) => all.lastIndexOf(directory) === index);

/** Python itself comes before a shim of pyenv, which starts forty processes each time python3 or aws is called. */
const { stdout: python } = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
  env: { ...process.env, PATH: directories.join(delimiter) },
});
const PATH = directories
  .flatMap((directory) => (python && basename(directory) === "shims" ? [dirname(python), directory] : [directory]))
  .join(delimiter);

const dev = { resolve: { conditions: ["dev"] }, ssr: { resolve: { conditions: ["dev"] } } };

/** Whole commands: what they import is the built code, as in the processes that they start. */
const BUILT = {
  isolate: false,
  testTimeout: 300_000,
  hookTimeout: 300_000,
  server: { deps: { external: [/\/dist\//] } },
};

/** Files that wait for minutes. They start first, and the others keep the cores busy meanwhile. */
const LONGEST = [
  "rotation.integration",
  "long-lived-clients.integration",
  "deployed-roles.integration",
  "run-modes.integration",
  "session-cache.integration",
  "stores-kill.integration",
  "fleet.integration",
];

/** The place of a file in `LONGEST`; the others share the last one. */
function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.includes(`/${name}.`));
  return index === -1 ? LONGEST.length : index;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- Vitest's method, not an array's.
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // The SDK's notice about Node versions, once a worker, hides what matters.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", PATH },
    projects: [
      {
        ...dev,
        test: {
          name: "unit",
          include: ["{packages/*,infra,bench}/src/**/*.test.ts"],
          unstubEnvs: true,
          // Files share a process and its modules: to import the CDK and the SDKs for each took longer than the tests.
          isolate: false,
          // By default one core is left free.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
          // Neither a slow machine nor a disk that stalls is a failure; what hangs still ends.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/src/**/*.integration.ts", "packages/*/src/**/*.simulation.ts"],
          // Much of what runs here waits. A percentage never gives more workers than cores.
          maxWorkers: 2 * availableParallelism(),
          exclude: ["test/src/pack/**"],
          globalSetup: "test/src/harness/fork-moto.ts",
          ...BUILT,
        },
      },
      { test: { name: "pack", include: ["test/src/pack/*.integration.ts"], ...BUILT } },
    ],
  },
});
