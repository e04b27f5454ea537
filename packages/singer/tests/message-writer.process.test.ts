import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isObject, LineReader } from "../src/index.ts";

const program = fileURLToPath(new URL("programs/write-records.ts", import.meta.url));
// The program imports sources by path; type stripping is part of every Node that the packages support.
const nodeCommand = [process.execPath, "--disable-warning=ExperimentalWarning", program];

interface Run {
  stdin: NodeJS.WritableStream;
  stdout: Readable;
  /** The next line that the program reports on stderr. */
  report(): Promise<Record<string, unknown>>;
  exit: Promise<number | null>;
}

function start(args: readonly string[]): Run {
  const [command = "", ...first] = nodeCommand;
  const child = spawn(command, [...first, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const reports = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exit: once(child, "exit").then(([code]) => code),
    report: async () => {
      const { value } = await reports.next();
      const parsed: unknown = JSON.parse(String(value));
      if (!isObject(parsed)) throw new Error(`no report: ${value}`);
      return parsed;
    },
  };
}

/** Runs the program with stdout at a file that is open already, or in a shell line of bash. */
async function finish(child: ReturnType<typeof spawn>): Promise<{ code: number | null; stderr: string }> {
  const [stderr, [code]] = await Promise.all([text(child.stderr ?? Readable.from([])), once(child, "exit")]);
  return { code, stderr };
}

function inBash(line: string, args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  return finish(spawn("bash", ["-c", line, "bash", ...args], { stdio: ["ignore", "ignore", "pipe"] }));
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "message-writer-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("MessageWriter on a process's stdout", () => {
  it("ends with 74 and one line when the reader takes one line and goes", async () => {
    const { code, stderr } = await inBash('set -o pipefail; "$@" | head -n 1', [
      ...nodeCommand,
      "100000",
      "100",
    ]);
    expect(code).toBe(74);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      '{"error":"stdout was closed by its reader: write EPIPE. Look at why the reader ended before the tap."}',
    );
  });

  it("does not hang when the reader goes while the writer waits for it", async () => {
    const run = start(["100000", "100"]);
    expect(await run.report()).toHaveProperty("waitsAfter");
    run.stdout.destroy();
    expect(await run.exit).toBe(74);
    expect(await run.report()).toEqual({
      error: "stdout was closed by its reader: write EPIPE. Look at why the reader ended before the tap.",
    });
  });

  it("waits for a slow reader in bounded memory, and loses nothing", async () => {
    const records = 300_000;
    const run = start([String(records), "300"]);
    const { waitsAfter } = await run.report();
    // The pipe, the output's own buffer and ours hold some hundred KiB of records of about 350 bytes.
    expect(Number(waitsAfter)).toBeLessThan(2000);
    const ids: number[] = [];
    const reader = new LineReader();
    for await (const chunk of run.stdout) {
      reader.push(chunk, (line) => ids.push(Number(line.toString("latin1", 49, line.indexOf(",", 49)))));
    }
    expect(await run.exit).toBe(0);
    expect(ids).toHaveLength(records);
    expect(ids.every((id, index) => id === index + 1)).toBe(true);
    const { peakBytes } = await run.report();
    // All records together are 105 MB; Node alone takes about 60 MB.
    expect(Number(peakBytes)).toBeLessThan(160_000_000);
  });

  it("hands a lonely record to the reader while the tap is busy elsewhere", async () => {
    const run = start(["1", "0", "hold"]);
    const [chunk] = await once(run.stdout, "data");
    expect(String(chunk)).toBe('{"type":"RECORD","stream":"users","record":{"id":1,"note":""}}\n');
    run.stdin.end();
    expect(await run.exit).toBe(0);
  });

  it("ends with 74 on a full device", async () => {
    const full = openSync("/dev/full", "w");
    const [command = "", ...first] = nodeCommand;
    const child = spawn(command, [...first, "3", "0"], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    expect(await finish(child)).toEqual({
      code: 74,
      stderr:
        '{"error":"stdout is full: ENOSPC: no space left on device, write. Free some space and run again."}\n',
    });
  });

  it.each([
    ["within the only write", 10],
    ["within the last of several writes", 1400],
  ])("ends with 74 when a file's room ends %s", async (_name, kibibytes) => {
    const file = join(folder, `limited-${kibibytes}`);
    const line = `ulimit -f ${kibibytes}; out=$1; shift; exec "$@" > "$out"`;
    const { code, stderr } = await inBash(line, [file, ...nodeCommand, String(kibibytes * 4), "200"]);
    expect((await stat(file)).size).toBe(kibibytes * 1024);
    expect(stderr).toContain("stdout is full: EFBIG: file too large, write. Free some space and run again.");
    expect(code).toBe(74);
  });

  it("writes a file whole, and appends where the shell says so", async () => {
    const file = join(folder, "whole");
    const line = 'out=$1; shift; "$@" > "$out" && "$@" >> "$out"';
    const { code } = await inBash(line, [file, ...nodeCommand, "2000", "100"]);
    expect(code).toBe(0);
    const once2000 = Array.from({ length: 2000 }, (_, index) =>
      JSON.stringify({ type: "RECORD", stream: "users", record: { id: index + 1, note: "x".repeat(100) } }),
    );
    expect((await readFile(file, "utf8")).split("\n")).toEqual([...once2000, ...once2000, ""]);
  });
});
