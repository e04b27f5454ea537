/** What is needed of a process to refuse an old Node. */
export interface NodeRuntime {
  /** @default "22.18.0" */
  minimum?: string;
  /** @default the version of this process */
  version?: string;
  /** @default writes to stderr */
  write?: (text: string) => void;
  /** @default ends the process */
  exit?: (code: number) => void;
}

/**
 * Ends the process with one line on stderr and exit code 78 when Node is older than `minimum`; `name` is
 * who says so. Stays quiet otherwise.
 *
 * This file must be parsed and run by the very versions that it refuses: it imports nothing and uses no
 * syntax and no function that Node 12 does not have.
 *
 * @example
 * ```ts
 * import { requireNode } from "@chorale/singer/node-version";
 * requireNode("tap-zendesk");
 * const { runTapCli } = await import("@chorale/tap-sdk/cli");
 * ```
 */
export function requireNode(name: string, runtime: NodeRuntime = {}): void {
  const minimum = runtime.minimum === undefined ? "22.18.0" : runtime.minimum;
  const version = runtime.version === undefined ? process.version : runtime.version;
  if (!isOlder(version, minimum)) return;
  const write = runtime.write === undefined ? writeToStderr : runtime.write;
  const exit = runtime.exit === undefined ? exitProcess : runtime.exit;
  const needed = minimum.replace(/\.0$/, "");
  write(
    `${name} needs Node.js ${needed} or newer, this is ${version}. Install it from your package manager.\n`,
  );
  exit(78);
}

function isOlder(version: string, minimum: string): boolean {
  const have = partsOf(version);
  const need = partsOf(minimum);
  const different = need.findIndex((part, index) => have[index] !== part);
  return different !== -1 && Number(have[different]) < Number(need[different]);
}

function partsOf(version: string): number[] {
  return version
    .replace(/^v/, "")
    .split(".")
    .map((part) => parseInt(part, 10) || 0);
}

function writeToStderr(text: string): void {
  process.stderr.write(text);
}

function exitProcess(code: number): void {
  process.exit(code);
}
