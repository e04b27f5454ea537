import { type ChildProcess, fork } from "node:child_process";
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

interface TaskAnswer {
  readonly measurement?: Measurement;
  readonly problem?: string;
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
    const answer = await answerOf(child, message);
    if (answer?.measurement !== undefined) return answer.measurement;
    throw new Error(answer?.problem ?? `it ended without a result: ${(await stderr).trim()}`);
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = deadline.aborted ? `it took longer than ${timeoutSeconds} seconds` : reason;
    throw new Error(`${variant.label}: ${why}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answerOf(child: ChildProcess, message: TaskMessage): Promise<TaskAnswer | undefined> {
  return new Promise((resolve, reject) => {
    let answer: TaskAnswer | undefined;
    child.once("error", reject);
    child.once("close", () => resolve(answer));
    child.on("message", (received: TaskAnswer) => {
      answer = received;
    });
    child.send(message);
  });
}

/** Runs the one task that the parent process sends, and answers its measurement. */
export async function serveTask(channel: NodeJS.Process): Promise<void> {
  const message = await new Promise<TaskMessage>((resolve) => {
    channel.once("message", (received: TaskMessage) => resolve(received));
  });
  const answer = await runTask(message);
  await new Promise((resolve) => channel.send?.(answer, resolve));
  channel.disconnect();
}

async function runTask({ task, input }: TaskMessage): Promise<TaskAnswer> {
  try {
    const run = await loadTask(task);
    return { measurement: await run(input) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
