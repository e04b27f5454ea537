import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../bin/bench.js", import.meta.url));
const tiny = ["--quick", "--scale", "0.001"];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the benchmark from source, with a folder for temporary files that is the test's own. */
async function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ["--conditions=@chorale/source", program, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], TMPDIR: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

describe("bench", () => {
  it("measures the reader beside its reference, and writes a table and JSON", async () => {
    const { stdout, code } = await bench([...tiny, "--case", "reader", "--json", "result.json"]);
    expect(stdout).toMatch(/^reader: /m);
    expect(stdout).toMatch(/^ {2}LineReader \+ HeadReader( +[\d.,]+){5} +3$/m);
    expect(stdout).toMatch(/^ {2}indexOf \+ subarray( +[\d.,]+){5} +3$/m);
    expect(stdout).toMatch(/^ {2}> LineReader \+ HeadReader: \d+ % of indexOf \+ subarray$/m);
    expect(code).toBe(0);
    const { cases } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
    expect(cases).toMatchObject([
      {
        name: "reader",
        variants: [
          { label: "LineReader + HeadReader", runs: 3, recordsPerSecond: expect.any(Number) },
          { label: "indexOf + subarray", runs: 3, peakMegabytes: expect.any(Number) },
        ],
        checks: [{ kind: "speed", value: expect.any(Number) }],
      },
    ]);
    expect(readdirSync(folder)).toEqual(["result.json"]);
  });

  it("measures target-snowflake beside a stand-in in another process, and leaves nothing behind", async () => {
    const args = ["--case", "snowflake", "--rounds", "1", "--json", "result.json"];
    const { stdout, code } = await bench([...tiny, ...args]);
    expect(stdout).toMatch(
      /^ {2}> target-snowflake: \d+ % of cut \+ copy \+ zstd, budget >= 60 %: (met|MISSED)$/m,
    );
    expect(stdout).toMatch(/^ {2}\. target-snowflake: \d+ % of a core went to the stand-in beside it$/m);
    expect(code).toBe(0);
    const { cases } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
    expect(cases).toMatchObject([
      {
        variants: [
          { label: "target-snowflake", runs: 1, cpuSeconds: expect.any(Number) },
          { label: "cut + copy + zstd", runs: 1 },
          { label: "target-snowflake, validated", runs: 1, peakMegabytes: expect.any(Number) },
        ],
        checks: [
          { kind: "speed", budget: 0.6, met: expect.any(Boolean) },
          { kind: "work", value: expect.any(Number) },
          { kind: "speed", of: "target-snowflake, validated" },
          { kind: "work", of: "target-snowflake, validated" },
        ],
      },
    ]);
    expect(readdirSync(folder)).toEqual(["result.json"]);
  }, 120_000);

  it("leaves out the peer where there is none", async () => {
    const { stdout, code } = await bench([...tiny, "--case", "peer"], { CHORALE_BENCH_PYTHON: "" });
    expect(stdout).toContain("  ! there is no peer. Set CHORALE_BENCH_PYTHON");
    expect(code).toBe(0);
  });

  it("says what could not be measured, measures the rest, and fails", async () => {
    const python = join(folder, "no-python");
    const { stdout, code } = await bench([...tiny, "--rounds", "1", "--case", "reader", "--case", "peer"], {
      CHORALE_BENCH_PYTHON: python,
    });
    expect(stdout).toMatch(/^ {2}> LineReader/m);
    expect(stdout).toContain(`  ! singer-sdk: spawn ${python} ENOENT`);
    expect(code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    { name: "case", args: ["--case", "nothing"], message: "bench: nothing: no such case. See --list.\n" },
    { name: "number", args: ["--rounds", "x"], message: "bench: --rounds x: it is no number above 0.\n" },
  ])("refuses a $name that makes no sense", async ({ args, message }) => {
    expect(await bench(args)).toEqual({ stdout: "", stderr: message, code: 2 });
  });
});
