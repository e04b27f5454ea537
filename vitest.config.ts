import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { CountReporter } from "./configs/tooling/count-reporter.ts";
import { LongestFirst } from "./configs/tooling/longest-first.ts";

const conditions = ["@chorale/source", "node", "import", "default"];

/** Tests that take minutes, and say nothing that shorter ones do not say in most cases: `npm run test:long`. */
const isLong = process.env["CHORALE_LONG"] !== undefined;

/** One project per workspace folder: `vitest run --project tap-sdk` runs that package's tests from source. */
const projects = ["packages", "apps", "configs"].flatMap((group) =>
  readdirSync(new URL(group, import.meta.url)).map((name) => ({
    resolve: { conditions },
    // Node adds its own. Were "import" among them, `require` would answer ES modules to the packages outside.
    ssr: { resolve: { conditions: ["@chorale/source"], externalConditions: ["@chorale/source"] } },
    test: {
      name,
      root: `${group}/${name}`,
      include: ["tests/**/*.test.ts"],
      exclude: isLong ? [] : ["**/*.long.test.ts"],
      pool: "forks" as const,
      // Most of what a short file costs is to load its modules again.
      isolate: false,
      setupFiles: [fileURLToPath(new URL("configs/tooling/restore-process.ts", import.meta.url))],
      sequence: { shuffle: { tests: true, files: false } },
      testTimeout: 30_000,
      hookTimeout: 30_000,
    },
  })),
);

export default defineConfig({
  test: {
    projects,
    // Most tests wait for a process, a socket or a disk at some time, so every core has a worker.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    reporters: ["default", new CountReporter()],
  },
});
