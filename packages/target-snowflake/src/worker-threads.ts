import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** Where the threads that upload come from. */
export interface WorkerThreads {
  /** Answers a thread that nobody uses. */
  take(): Worker;
  /** Takes back a thread that has logged out, which may begin again. Resolves once it holds nothing up. Never rejects. */
  release(worker: Worker): Promise<void>;
}

/** A thread for each run, which is gone after it. */
export const freshThreads: WorkerThreads = {
  take: startThread,
  async release(worker) {
    await worker.terminate().catch(() => undefined);
  },
};

/** Starts a thread that waits for what it is asked for. What it prints is lost, and what it fails with, it exits after. */
export function startThread(): Worker {
  // Built it is JavaScript, in tests TypeScript that Node reads as it is: as this file.
  const file = `./upload-worker${extname(new URL(import.meta.url).pathname)}`;
  // Nothing that a thread prints may get between the states on stdout.
  const worker = new Worker(new URL(file, import.meta.url), {
    stdout: true,
    stderr: true,
    execArgv: ownArguments(),
  });
  worker.stdout.resume();
  worker.stderr.resume();
  // It may fail also when nobody listens any more.
  worker.on("error", () => undefined);
  return worker;
}

/** Threads get the process's options, of which one is about what was typed in and would refuse a file. */
function ownArguments(): string[] {
  const name = "--input-type";
  return process.execArgv.filter((option, at, all) => !option.startsWith(name) && all[at - 1] !== name);
}
