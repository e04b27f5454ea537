import { endOf, type ProcessEnd, start } from "./processes.ts";
import { selectArguments } from "./streams.ts";
import type { Warehouse } from "./warehouses.ts";
import type { TestFolder } from "./workspace.ts";

/** One run of tap into target. Their configurations are `tap.json` and `target.json`. */
export interface Attempt {
  readonly files: TestFolder;
  readonly warehouse: Warehouse;
  /** What the tap reads. */
  readonly streams: readonly string[];
  /** What the tap goes on from, as JSON. */
  readonly state?: string | undefined;
  /** Kill one of the two after so many bytes went from tap to target; never when undefined. */
  readonly kill?: { readonly victim: "tap" | "target"; readonly afterBytes: number } | undefined;
}

/** How a run of tap into target ended. */
export interface AttemptEnd {
  readonly tapCode: number | null;
  readonly targetCode: number | null;
  /** The last state that the target printed. */
  readonly state: string | undefined;
  readonly bytes: number;
  readonly stderr: string;
}

/** Writes what both are configured with. */
export function configure(
  files: TestFolder,
  { tap, target }: Record<"tap" | "target", Record<string, unknown>>,
): void {
  files.json("tap.json", tap);
  files.json("target.json", target);
}

/** Starts a target as it is configured; its secrets are in its environment. */
export function startTarget(files: TestFolder, { target, secrets }: Warehouse, ...args: string[]) {
  const prefix = target.toUpperCase().replaceAll("-", "_");
  const env = Object.entries(secrets).map(([name, value]) => [`${prefix}_${name.toUpperCase()}`, value]);
  return start(target, ["--config", files.path("target.json"), "--config", "ENV", ...args], {
    env: Object.fromEntries(env),
  });
}

/** The last state that a target printed. A line that a kill cut off is none. */
export function lastState({ stdout }: Pick<ProcessEnd, "stdout">): string | undefined {
  return stdout.split("\n").findLast((line) => line.startsWith("{") && line.endsWith("}"));
}

/** Runs tap into target, through a pump that kills one of them at a given byte. */
export async function attempt({ files, warehouse, streams, state, kill }: Attempt): Promise<AttemptEnd> {
  const stateArgs = state === undefined ? [] : ["--state", files.json("state.json", JSON.parse(state))];
  const config = ["--config", files.path("tap.json")];
  const tap = start("tap-zendesk", [...config, ...selectArguments(streams), ...stateArgs]);
  const target = startTarget(files, warehouse);
  const ends = Promise.all([endOf(target), endOf(tap)]);
  target.stdin.on("error", () => tap.kill("SIGKILL"));
  let bytes = 0;
  tap.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (kill !== undefined && bytes >= kill.afterBytes) {
      const keep = chunk.subarray(0, chunk.length - (bytes - kill.afterBytes));
      tap.stdout.removeAllListeners("data");
      target.stdin.write(keep, () => {
        (kill.victim === "tap" ? tap : target).kill("SIGKILL");
        target.stdin.end();
        tap.stdout.destroy();
      });
      return;
    }
    if (!target.stdin.write(chunk)) {
      tap.stdout.pause();
      target.stdin.once("drain", () => tap.stdout.resume());
    }
  });
  tap.stdout.on("end", () => target.stdin.end());
  const [targetEnd, tapEnd] = await ends;
  return {
    tapCode: tapEnd.code,
    targetCode: targetEnd.code,
    state: lastState(targetEnd),
    bytes,
    stderr: tapEnd.stderr + targetEnd.stderr,
  };
}

/** Asks a target for the state that it committed. */
export async function committedState(files: TestFolder, warehouse: Warehouse): Promise<string | undefined> {
  const { stdout, code, stderr } = await endOf(startTarget(files, warehouse, "--print-state"));
  if (code !== 0) throw new Error(`--print-state ended with ${code}: ${stderr}`);
  return stdout.trim() === "" ? undefined : stdout.trim();
}
