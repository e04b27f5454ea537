import type { Worker } from "node:worker_threads";
import { startThread, type WorkerThreads } from "../src/worker-threads.ts";

/**
 * Threads that begin again when a run has left them: what a run proves of rows and statements it proves in any thread,
 * and each fresh one loads the driver for longer than most runs take. What fresh threads do is for the tests of uploads.
 */
export function keptThreads(): WorkerThreads {
  const idle: Worker[] = [];
  return {
    take() {
      const worker = idle.pop() ?? startThread();
      worker.ref();
      return worker;
    },
    async release(worker) {
      // The process of a test file need not wait for it.
      worker.unref();
      idle.push(worker);
    },
  };
}
