import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const worker = fileURLToPath(new URL("store-worker.ts", import.meta.url));

export interface Worker {
  readonly child: ChildProcess;
  /** Tells the process what to do, and answers what came of it. */
  tell(order: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Sends a signal; for one that ends the process, resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface WorkerOptions {
  clockAheadSeconds?: number;
  /** The largest file that the process may write, in KiB. */
  fileLimitKib?: number;
  uid?: number;
}

/** Starts a process with a store on a folder; it is killed when the test is done. */
export async function startWorker(root: string, options: WorkerOptions = {}): Promise<Worker> {
  const { clockAheadSeconds = 0, fileLimitKib, uid } = options;
  const node = [process.execPath, "--conditions=@chorale/source", worker, root, String(clockAheadSeconds)];
  const limited = ["bash", "-c", `ulimit -f ${fileLimitKib}; exec "$@"`, "bash", ...node];
  const [program = "", ...args] = fileLimitKib === undefined ? node : limited;
  const child = spawn(program, args, {
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    ...(uid === undefined ? {} : { uid }),
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  await Promise.race([
    once(child, "message"),
    exited.then(() => {
      throw new Error(`the worker ended: ${stderr}`);
    }),
  ]);
  return {
    child,
    async tell(order) {
      const answer = once(child, "message");
      child.send(order);
      const [message] = await answer;
      return message;
    },
    async kill(signal) {
      child.kill(signal);
      if (signal === "SIGKILL") await exited;
    },
  };
}
