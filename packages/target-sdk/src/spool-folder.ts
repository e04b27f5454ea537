import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, ConnectorError, type Logger } from "@chorale/singer";

/** A run's private folder. */
export interface SpoolFolder {
  readonly path: string;
  /** The folder that it is in, where files that outlive the run may go. */
  readonly parent: string;
  /** Removes the folder and all that is in it. Harmless if repeated. */
  remove(): Promise<void>;
}

const namePattern = /^chorale-spool-([0-9]+)-([0-9]+)-([0-9a-f]{12})-[0-9A-Za-z]{6}$/;
const fullDiskCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Makes a folder that only this user can read, under `tempDir` or the system's temporary folder, and
 * removes those that killed runs of this user left behind. A folder is taken for left behind only when its
 * process, by number and start, is known to be gone: processes of other machines and containers that share the
 * disk are never judged. Throws `ConfigError` when the folder cannot be made.
 */
export async function openSpoolFolder(options: {
  tempDir: string | undefined;
  log: Logger;
}): Promise<SpoolFolder> {
  const parent = options.tempDir ?? tmpdir();
  try {
    await mkdir(parent, { recursive: true });
    await removeOrphans(parent, options.log);
    const path = await mkdtemp(
      join(parent, `chorale-spool-${process.pid}-${await startOf(process.pid)}-${machine()}-`),
    );
    return { path, parent, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
  } catch (cause) {
    if (isFullDisk(cause)) throw spoolError(cause, parent);
    throw new ConfigError(
      `temp_dir: no folder could be made in ${parent}: ${reasonOf(cause)}. Set temp_dir to a folder that can be written to.`,
      { cause },
    );
  }
}

/** Answers the error of a spool file that could not be written: exit code 74, and which setting helps. */
export function spoolError(cause: unknown, folder: string): ConnectorError {
  const what = isFullDisk(cause) ? "is full" : "could not be written";
  return new ConnectorError(
    `spool: ${folder} ${what}: ${reasonOf(cause)}. Free some space there, or set temp_dir to a folder with more.`,
    { cause, exitCode: 74 },
  );
}

async function removeOrphans(parent: string, log: Logger): Promise<void> {
  const here = machine();
  for (const name of await readdir(parent)) {
    const [, pid, start, where] = namePattern.exec(name) ?? [];
    if (pid === undefined || start === undefined || where !== here) continue;
    const path = join(parent, name);
    if (!(await isOwnFolder(path)) || (await isRunning(Number(pid), start))) continue;
    await rm(path, { recursive: true, force: true }).then(
      () => log.info("removed the spool folder of a killed run", { path }),
      (error: unknown) => log.warn("the spool folder of a killed run could not be removed", { path, error }),
    );
  }
}

async function isOwnFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid);
}

async function isRunning(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  // The number may belong to another process by now. Where its start cannot be read it counts as the same.
  const found = await startOf(pid);
  return found === "0" || start === "0" || found === start;
}

/** When a process began, in a number that only this machine understands; "0" where that cannot be read. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The name of the program comes second, in parentheses, and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const start = fields[19];
  return start !== undefined && /^[0-9]+$/.test(start) ? start : "0";
}

/** Tells apart machines, containers and users that may share a disk but not their process numbers. */
function machine(): string {
  const parts = [hostname(), processNamespace(), String(process.getuid?.() ?? "")];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function isFullDisk(error: unknown): boolean {
  return fullDiskCodes.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
