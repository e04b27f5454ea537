import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { StartedProcess } from "./run-store.ts";

/** A process in a way that holds when its number is given again. */
export interface ProcessIdentity {
  /** The host's name, for people. */
  readonly host: string;
  /** Where process numbers mean the same: a boot of a machine, and a container on it. */
  readonly machine: string;
  readonly pid: number;
  readonly startTime: string;
}

/** Answers who this process is. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { host: hostname(), machine: await machine(), pid, startTime: (await startTimeOf(pid)) ?? "" };
}

/**
 * Answers when the system says that a process started, as text to be compared; undefined when it is gone. A
 * process that has ended and was not yet asked about by its parent is gone.
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") return await startTimeOnLinux(pid);
  return process.platform === "win32" ? aliveOnWindows(pid) : await startTimeByPs(pid);
}

/** How long processes that were told to end may take, and how often it is looked. */
export interface EndingPace {
  readonly graceMs: number;
  readonly pollMs: number;
}

/**
 * Ends processes that nobody waits for any more, with the groups that they lead: SIGTERM, a bounded wait, SIGKILL,
 * and the same wait again. A process whose number another one has by now is left alone.
 */
export async function endProcesses(
  processes: readonly StartedProcess[],
  pace: EndingPace = { graceMs: 10_000, pollMs: 50 },
): Promise<void> {
  await Promise.all(
    processes.map(async (started) => {
      if (!(await signalGroup(started, "SIGTERM"))) return;
      if (await isGone(started, pace)) return;
      await signalGroup(started, "SIGKILL");
      await isGone(started, pace);
    }),
  );
}

async function isGone(started: StartedProcess, { graceMs, pollMs }: EndingPace): Promise<boolean> {
  const until = performance.now() + graceMs;
  while (await signalGroup(started, 0)) {
    if (performance.now() > until) return false;
    await setTimeout(pollMs);
  }
  return true;
}

/** Answers whether there was anybody to signal. The group outlives its leader, and its number is not given again. */
async function signalGroup({ pid, startTime }: StartedProcess, signal: NodeJS.Signals | 0): Promise<boolean> {
  // A group's number is negated: 1 would stand for every process of the machine.
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  const now = await startTimeOf(pid);
  if (now !== undefined && now !== startTime) return false;
  try {
    process.kill(-pid, signal);
    return now !== undefined || (await groupLives(pid));
  } catch {
    return false;
  }
}

/** Whether a group has more than processes that have ended already. */
async function groupLives(group: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const fields = await statFields(Number(pid));
    if (fields !== undefined && fields.state !== "Z" && fields.group === group) return true;
  }
  return false;
}

async function startTimeOnLinux(pid: number): Promise<string | undefined> {
  const fields = await statFields(pid);
  return fields === undefined || fields.state === "Z" || fields.state === "X" ? undefined : fields.startTime;
}

async function statFields(
  pid: number,
): Promise<{ state: string; group: number; startTime: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // The name before stands in brackets, and may hold brackets and spaces itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", , group = ""] = fields;
  return { state, group: Number(group), startTime: fields[19] ?? "" };
}

async function startTimeByPs(pid: number): Promise<string | undefined> {
  const env = { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" };
  const found = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { env }).catch(
    () => undefined,
  );
  const [, stat = "", startTime] = /^(\S+)\s+(.+?)\s*$/.exec(found?.stdout ?? "") ?? [];
  return stat.startsWith("Z") ? undefined : startTime;
}

function aliveOnWindows(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return "running";
  } catch {
    return undefined;
  }
}

async function machine(): Promise<string> {
  const [boot, container] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
    readlink("/proc/self/ns/pid").catch(() => ""),
  ]);
  return boot === "" ? hostname() : `${boot.trim()} ${container}`;
}
