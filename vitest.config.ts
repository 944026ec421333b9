import { defineConfig } from "vitest/config";

const dev = { resolve: { conditions: ["dev"] }, ssr: { resolve: { conditions: ["dev"] } } };

export default defineConfig({
  test: {
    // By default one core is left free; most of what runs here waits.
    maxWorkers: "150%",
    // The SDK's notice about Node versions, once a worker, hides what matters.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    projects: [
      {
        ...dev,
        test: {
          name: "unit",
          include: ["{packages/*,infra,bench}/src/**/*.test.ts"],
          unstubEnvs: true,
          // Files share a process and its modules: to import the CDK and the SDKs for each took longer than the tests.
          isolate: false,
          // A disk that stalls is no failure; what hangs still ends.
          testTimeout: 60_000,
        },
      },
      {
        ...dev,
        test: {
          name: "integration",
          include: ["test/src/**/*.integration.ts", "packages/*/src/**/*.simulation.ts"],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
