import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Variant } from "./bench-case.ts";
import type { DataFile } from "./data/data-set.ts";
import type { Measurement } from "./measurement.ts";
import { loadTask, type TaskInput } from "./tasks/task.ts";

/** How a task is run. */
export interface TaskProcessOptions {
  readonly file: DataFile;
  /** Where the task's own folder is made. */
  readonly folder: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

interface TaskMessage {
  readonly task: string;
  readonly input: TaskInput;
}

const program = new URL("../bin/bench-task.js", import.meta.url);

/** Runs a variant's task in a process of its own. Throws with what the process wrote to stderr when it fails. */
export async function runTaskProcess(variant: Variant, options: TaskProcessOptions): Promise<Measurement> {
  const { signal, timeoutSeconds } = options;
  const folder = await mkdtemp(join(options.folder, "task-"));
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
  const child = fork(program, {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    signal: AbortSignal.any([signal, deadline]),
    killSignal: "SIGKILL",
  });
  const message: TaskMessage = {
    task: variant.task,
    input: { file: options.file, folder, settings: variant.settings ?? {} },
  };
  try {
    const stderr = child.stderr === null ? Promise.resolve("") : text(child.stderr);
    const measurement = await new Promise<Measurement | undefined>((resolve, reject) => {
      let answer: Measurement | undefined;
      child.once("error", reject);
      child.once("close", () => resolve(answer));
      child.on("message", (result: Measurement) => {
        answer = result;
      });
      child.send(message);
    });
    if (measurement !== undefined) return measurement;
    throw new Error(`it ended without a result: ${(await stderr).trim()}`);
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = deadline.aborted ? `it took longer than ${timeoutSeconds} seconds` : reason;
    throw new Error(`${variant.label}: ${why}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the one task that the parent process sends, and answers its measurement. */
export async function serveTask(channel: NodeJS.Process): Promise<void> {
  const message = await new Promise<TaskMessage>((resolve) => {
    channel.once("message", (received: TaskMessage) => resolve(received));
  });
  const task = await loadTask(message.task);
  const measurement = await task(message.input);
  await new Promise((resolve) => channel.send?.(measurement, resolve));
  channel.disconnect();
}
