import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { startSnowflake } from "@chorale/sandbox";
import { createPromptEngine, type ExpectedBatches, type PromptEngine } from "./prompt-engine.ts";

/** What a stand-in's process came to. */
export interface StandInReport {
  /** The lines of all files that were put into its stage; absent where DuckDB has loaded them. */
  readonly rows?: number;
  /** User and system time that it took since it was ready. */
  readonly cpuSeconds: number;
}

/** A stand-in of Snowflake in a process of its own. */
export interface StandInProcess {
  readonly url: string;
  /** Answers what it came to. It takes no more files then. */
  report(): Promise<StandInReport>;
  /** Ends it, and removes what it put on disk. */
  close(): Promise<void>;
}

/** What a stand-in's process is started with. */
export interface StandInOptions {
  /** What its SQL is answered from, at once; absent where DuckDB runs it. */
  readonly expected?: ExpectedBatches;
}

interface Begun {
  readonly url: string;
}

const program = new URL("../../bin/bench-stand-in.js", import.meta.url);

/** Starts a stand-in in a process of its own, so that neither its CPU nor its turns are those of what is measured. */
export async function startStandIn(options: StandInOptions, folder: string): Promise<StandInProcess> {
  const child = fork(program, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, TMPDIR: folder },
  });
  const exited = once(child, "exit");
  const { url } = await answerTo<Begun>(child, options);
  return {
    url,
    report: () => answerTo<StandInReport>(child, "report"),
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function answerTo<Answer>(child: ChildProcess, message: StandInOptions | "report"): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const fail = () => reject(new Error("the stand-in ended."));
    child.once("exit", fail);
    child.once("message", (answer: Answer) => {
      child.off("exit", fail);
      resolve(answer);
    });
    child.send(message);
  });
}

/** Runs the stand-in that the parent process asks for, until the parent lets go of it or is gone. */
export async function serveStandIn(channel: NodeJS.Process): Promise<void> {
  const [options]: StandInOptions[] = await once(channel, "message");
  const prompt = options?.expected === undefined ? undefined : createPromptEngine(options.expected);
  const snowflake = await startSnowflake(prompt === undefined ? {} : { engine: prompt.open });
  const before = process.cpuUsage();
  channel.once("message", () => void reportTo(channel, { before, prompt }));
  channel.send?.({ url: snowflake.url } satisfies Begun);
  await once(channel, "disconnect");
  await snowflake.close();
}

async function reportTo(
  channel: NodeJS.Process,
  { before, prompt }: { before: NodeJS.CpuUsage; prompt: PromptEngine | undefined },
): Promise<void> {
  const { user, system } = process.cpuUsage(before);
  const report: StandInReport = {
    cpuSeconds: (user + system) / 1e6,
    ...(prompt !== undefined && { rows: await prompt.stagedRows() }),
  };
  channel.send?.(report);
}
