import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "@chorale/singer";
import type { DataFile } from "../data/data-set.ts";
import { type Measurement, measured } from "../measurement.ts";
import { programOf, readUsage, startCommand, startProgramFile } from "../programs.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

/** A tap that writes a file, and a target that counts its bytes: as fast as programs can be. */
interface Plugins {
  readonly tap: string;
  readonly target: string;
  /** Where the target writes its count. */
  readonly countFile: string;
}

/** Pumps a file through the runner. What an all but empty file takes, the runner's start, is not counted. */
export async function pumpWithRunner({ file, folder }: TaskInput): Promise<Measurement> {
  const plugins = await writePlugins({ file, folder });
  const idle = await runRunner({ folder, plugins: { ...plugins, tap: await writeIdleTap(folder) } });
  const busy = await runRunner({ folder, plugins });
  await expectBytes(plugins, file);
  for (const [stream, expected] of Object.entries(file.recordsByStream)) {
    expectCount(countOf(stream, busy.result), { expected, of: `records of ${stream}` });
  }
  return {
    records: file.records,
    bytes: file.bytes,
    seconds: busy.seconds - idle.seconds,
    cpuSeconds: busy.usage.cpuSeconds - idle.usage.cpuSeconds,
    peakBytes: busy.usage.peakBytes,
  };
}

/**
 * The reference: Node's own pipe between the two processes. They get process groups of their own, as under the
 * runner: Linux shares a busy machine out by groups, and that is not what is compared.
 */
export async function pumpWithNode({ file, folder }: TaskInput): Promise<Measurement> {
  const plugins = await writePlugins({ file, folder });
  const result = await measured(async () => {
    const target = startCommand(plugins.target, { args: [], stdin: "pipe", detached: true });
    const tap = startCommand(plugins.tap, { args: [], stdout: "pipe", detached: true });
    if (target.child.stdin === null) throw new Error("The target has no input.");
    tap.child.stdout?.pipe(target.child.stdin);
    await Promise.all([tap.ended, target.ended]);
    return { records: file.records, bytes: file.bytes };
  });
  await expectBytes(plugins, file);
  return result;
}

/** What the shell takes for the same: the pipe that nobody stands in, and nobody counts in. */
export async function pumpWithShell({ file, folder }: TaskInput): Promise<Measurement> {
  const plugins = await writePlugins({ file, folder });
  const result = await measured(async () => {
    const line = `'${plugins.tap}' | '${plugins.target}'`;
    await startCommand("/bin/sh", { args: ["-c", line], detached: true }).ended;
    return { records: file.records, bytes: file.bytes };
  });
  await expectBytes(plugins, file);
  return result;
}

async function runRunner({ folder, plugins }: { folder: string; plugins: Plugins }) {
  const project = join(folder, "chorale.yml");
  await writeFile(project, projectOf(plugins));
  const usageFile = join(folder, "usage.json");
  const resultFile = join(folder, "result.json");
  const startedAt = performance.now();
  // The target is a plain program: it knows of no state that it could hand back.
  const runner = startProgramFile(await programOf("@chorale/runner"), {
    args: [
      "run",
      "tap-file",
      "target-count",
      "--project",
      project,
      "--accept-unacked",
      "--result",
      resultFile,
    ],
    cwd: folder,
    usageFile,
  });
  await runner.ended;
  const seconds = (performance.now() - startedAt) / 1000;
  const result: unknown = JSON.parse(await readFile(resultFile, "utf8"));
  return { seconds, usage: await readUsage(usageFile), result };
}

async function writePlugins({ file, folder }: { file: DataFile; folder: string }): Promise<Plugins> {
  const catalogFile = join(folder, "catalog.json");
  await writeFile(catalogFile, '{"streams":[]}');
  const countFile = join(folder, "count.txt");
  const discovering = `case "$*" in *--discover*) exec cat '${catalogFile}' ;; esac`;
  return {
    tap: await writeScript(join(folder, "tap-file"), `${discovering}\nexec cat '${file.path}'`),
    target: await writeScript(join(folder, "target-count"), `exec wc -c > '${countFile}'`),
    countFile,
  };
}

async function writeIdleTap(folder: string): Promise<string> {
  return writeScript(join(folder, "tap-idle"), `echo '{"streams":[]}'`);
}

async function writeScript(path: string, commands: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${commands}\n`, { mode: 0o700 });
  return path;
}

function projectOf({ tap, target }: Plugins): string {
  return JSON.stringify({
    plugins: {
      extractors: [{ name: "tap-file", executable: tap }],
      loaders: [{ name: "target-count", executable: target }],
    },
  });
}

async function expectBytes({ countFile }: Plugins, file: DataFile): Promise<void> {
  expectCount(Number(await readFile(countFile, "utf8")), { expected: file.bytes, of: "bytes" });
}

/** Reads a stream's records from the result that the runner writes. */
function countOf(stream: string, result: unknown): number {
  const units = isObject(result) ? result["units"] : undefined;
  const unit: unknown = Array.isArray(units) ? units[0] : undefined;
  const streams = isObject(unit) ? unit["streams"] : undefined;
  const counts = isObject(streams) ? streams[stream] : undefined;
  return Number(isObject(counts) ? counts["records"] : Number.NaN);
}
