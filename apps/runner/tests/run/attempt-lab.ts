import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type AttemptEnd, runAttempt } from "../../src/run/attempt.ts";
import { type Outcome, outcomeOf, type StopCause } from "../../src/run/outcome.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import { createStops } from "../../src/run/stops.ts";
import type { RunPolicy } from "../../src/run/unit.ts";

export const pluginProgram = fileURLToPath(new URL("fixtures/plugin.js", import.meta.url));

export const policy: RunPolicy = {
  fullRefresh: "none",
  retries: 0,
  retryDelaySeconds: 0,
  timeoutSeconds: undefined,
  idleTimeoutSeconds: undefined,
  graceSeconds: 20,
  allowRegression: false,
  acceptUnacknowledged: false,
  updatesState: true,
  refreshCatalog: false,
  takesOver: false,
};

/** What the plugins of an attempt do, and what happens meanwhile. */
export interface Plot {
  tap: Record<string, unknown>;
  mappers?: readonly Record<string, unknown>[];
  target?: Record<string, unknown>;
  policy?: Partial<RunPolicy>;
  secrets?: readonly string[];
  /** Other programs than the plugin, by the process's name. */
  programs?: Readonly<Record<string, string>>;
  /** Called with each event, and with what can stop the attempt. */
  onStarted?: (process: { plugin: string; pid: number; folder: string }) => Promise<void>;
  onEvent?: (event: RunEvent, hands: Hands) => void;
}

export interface Hands {
  signal: (name: string) => void;
  force: () => void;
  loseLease: () => void;
  stop: (cause: StopCause) => void;
}

export interface Ended extends AttemptEnd {
  outcome: Outcome;
  events: RunEvent[];
  /** What plugins logged. */
  logs: string[];
  warnings: string[];
  /** The states that may be stored. */
  states: unknown[];
  /** What the target read, line by line. */
  loaded: string[];
  pids: Map<string, number>;
}

/** Runs an attempt with processes that do what the plot says. */
export async function attempt(plot: Plot): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "chorale-attempt-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, "copy");
  writeFileSync(copy, "");
  const plan = (name: string, config: Record<string, unknown>) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(config));
    const program = plot.programs?.[name] ?? pluginProgram;
    return { name, program, args: ["--config", path], env: { PATH: process.env["PATH"] ?? "" } };
  };
  const signals = new AbortController();
  const lease = new AbortController();
  const forced = new AbortController();
  const merged = { ...policy, ...plot.policy };
  const stops = createStops({
    signal: signals.signal,
    leaseLost: lease.signal,
    timeoutSeconds: merged.timeoutSeconds,
  });
  onTestFinished(() => stops.close());
  const hands: Hands = {
    signal: (name) => signals.abort(name),
    force: () => forced.abort(),
    loseLease: () => lease.abort(),
    stop: (cause) => stops.stop(cause),
  };
  const events: RunEvent[] = [];
  const states: unknown[] = [];
  const pids = new Map<string, number>();
  const end = await runAttempt({
    processes: [
      plan("tap-x", plot.tap),
      ...(plot.mappers ?? []).map((config, index) =>
        plan(`mapper-${index + 1}`, { role: "mapper", ...config }),
      ),
      plan("target-x", { role: "target", copy, ...plot.target }),
    ],
    cwd: folder,
    secrets: plot.secrets ?? [],
    policy: merged,
    stops,
    forced: forced.signal,
    emit(event) {
      events.push(event);
      plot.onEvent?.(event, hands);
    },
    async onStarted({ plugin, pid }) {
      pids.set(plugin, pid);
      await plot.onStarted?.({ plugin, pid, folder });
    },
    onState: (state) => states.push(JSON.parse(state)),
  });
  return {
    ...end,
    outcome: outcomeOf(end.facts),
    events,
    logs: events.flatMap((event) =>
      event.event === "plugin_log" ? [`${event.plugin} | ${event.line}`] : [],
    ),
    warnings: events.flatMap((event) => (event.event === "warning" ? [event.message] : [])),
    states,
    loaded: readFileSync(copy, "utf8").split("\n").slice(0, -1),
    pids,
  };
}

export const schema = {
  type: "SCHEMA",
  stream: "users",
  schema: { type: "object", properties: {} },
  key_properties: ["id"],
};
export const record = (id: number) => ({ type: "RECORD", stream: "users", record: { id } });
export const state = (id: number) => ({ type: "STATE", value: { bookmarks: { users: { id } } } });
export const texts = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line));
