import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Runs the store's contract on encrypted objects, too: it writes `things`. */
const sealed = {
  ENCRYPTION_KEYS: `1:${Buffer.alloc(32, "key of the tests").toString("base64")}`,
  ENCRYPTED_RESOURCES: "secrets,things",
};

/** Lets relays carry watches if a test opens many. */
const relayed = { WATCHES_PER_OBJECT: "30" };

/** When everything is tested at once, Vitest's default of one second is too short. */
const PATIENCE = { poll: { timeout: 10_000 } };

/** Tests that need workerd are named `*.workers.test.ts`; those that start a whole control plane live in test/e2e. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: ["**/*.workers.test.ts", "test/e2e/**", "node_modules", "dist"],
          globalSetup: ["test/temporary-directory.ts"],
          setupFiles: ["test/after-each-file.ts"],
          testTimeout: 30_000,
          expect: PATIENCE,
          // Files share a process and its modules: loading them for each file took longer than the tests.
          isolate: false,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...sealed, ...relayed } },
          }),
        ],
        test: {
          name: "workers",
          include: ["**/*.workers.test.ts"],
          exclude: ["node_modules"],
          expect: PATIENCE,
          // Files share a workerd and its Worker.
          isolate: false,
          // The first test of a file also waits for its workerd, which is slow when everything is tested at once.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/rig/build.ts"],
          setupFiles: ["test/after-each-file.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
