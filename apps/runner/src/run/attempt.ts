import { createRedactor } from "@chorale/singer";
import { type Child, startChild } from "./child.ts";
import { LogLines } from "./log-lines.ts";
import type { ProcessEnd, RunFacts } from "./outcome.ts";
import { Pump, type PumpEnd } from "./pump.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunCounts } from "./run-result.ts";
import { SentStates } from "./sent-states.ts";
import { type Stops, stopSignalOf } from "./stops.ts";
import { readTargetOutput } from "./target-output.ts";
import type { RunPolicy } from "./unit.ts";
import { startWatchdog } from "./watchdog.ts";

/** One of the processes of an attempt, as it is started. */
export interface ProcessPlan {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What one attempt needs. */
export interface AttemptOptions {
  /** The tap, the mappers, and the target. */
  readonly processes: readonly ProcessPlan[];
  readonly cwd: string;
  /** What is taken out of every line that any of them logs. */
  readonly secrets: readonly string[];
  readonly policy: RunPolicy;
  readonly stops: Stops;
  /** Kills everything at once when it is aborted. */
  readonly forced: AbortSignal | undefined;
  readonly emit: (event: RunEvent) => void;
  /** Called for each process as soon as it runs. */
  readonly onStarted: (process: { plugin: string; pid: number }) => Promise<void>;
  /** Receives each state that may be stored, as JSON text. */
  readonly onState: (state: string) => void;
}

/** How one attempt ended. */
export interface AttemptEnd {
  readonly facts: RunFacts;
  readonly counts: RunCounts;
}

const progressMs = 1000;

/**
 * Runs the processes of a unit once: pumps from each to the next, watches them, and hands on the states that
 * the target hands back. Ends only when all of them have ended. Throws with exit code 2 when one cannot be
 * started.
 */
export async function runAttempt(options: AttemptOptions): Promise<AttemptEnd> {
  const attempt = new Attempt(options);
  return attempt.run();
}

/** The processes of an attempt and the pumps between them. */
class Attempt {
  readonly #options: AttemptOptions;
  readonly #children: Child[] = [];
  readonly #pumps: Pump[] = [];
  readonly #sent = new SentStates();
  readonly #ended = new AbortController();
  readonly #warned = new Set<string>();
  #outputRead: Promise<void> = Promise.resolve();
  #loggedAt = performance.now();

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  async run(): Promise<AttemptEnd> {
    try {
      await this.#start();
      return await this.#untilEnd();
    } finally {
      this.#ended.abort();
      this.#kill();
      await Promise.all(this.#children.map(({ ended }) => ended));
    }
  }

  /** Starts the target first: nobody writes before there is somebody to read. */
  async #start(): Promise<void> {
    const { cwd, secrets, emit, onStarted } = this.#options;
    for (const plan of this.#options.processes.toReversed()) {
      const onLogLine = (line: string) => {
        this.#loggedAt = performance.now();
        emit({ event: "plugin_log", plugin: plan.name, line });
      };
      const child = await startChild({ ...plan, cwd, secrets, onLogLine });
      this.#children.unshift(child);
      this.#listen(child);
      await onStarted({ plugin: plan.name, pid: child.pid });
    }
  }

  /** Before anything is waited for: Node throws away what an ended process wrote and nobody listened to. */
  #listen(child: Child): void {
    const reader = this.#children[1];
    if (reader === undefined) this.#outputRead = this.#readOutput(child);
    else {
      const isLast = this.#children.length === 2;
      const onState = isLast ? { onState: (line: Buffer) => this.#sent.add(line) } : {};
      this.#pumps.unshift(new Pump({ input: child.stdout, output: reader.stdin, ...onState }));
    }
    if (this.#children.length === this.#options.processes.length) child.stdin.end();
  }

  async #untilEnd(): Promise<AttemptEnd> {
    const { stops, emit, policy, forced } = this.#options;
    const lastPump = this.#pumps.at(-1);
    const counts = () => lastPump?.counts() ?? emptyCounts();
    const watchdog = startWatchdog({
      idleTimeoutSeconds: policy.idleTimeoutSeconds,
      lastActivity: () => Math.max(this.#loggedAt, ...this.#pumps.map(({ movedAt }) => movedAt)),
      onIdle: (seconds) => stops.stop({ kind: "idle", seconds }),
    });
    const progress = setInterval(() => emit({ event: "progress", counts: counts() }), progressMs);
    const { signal } = this.#ended;
    whenAborted(stops.signal, { until: signal, call: () => this.#stop() });
    if (forced !== undefined) whenAborted(forced, { until: signal, call: () => this.#kill() });
    try {
      const pumpEnds = await Promise.all(this.#pumps.map((pump, index) => this.#runPump(pump, index)));
      const processes = await this.#processEnds(pumpEnds);
      await this.#outputRead;
      return { facts: this.#factsOf(processes), counts: counts() };
    } finally {
      clearInterval(progress);
      watchdog.stop();
    }
  }

  /** Passes on what was held back only when all that are before the pump ended well, and nothing stopped the run. */
  async #runPump(pump: Pump, index: number): Promise<PumpEnd> {
    const { stops } = this.#options;
    await pump.inputEnded;
    const reader = this.#children[index + 1];
    const before = this.#children.slice(0, index + 1);
    if (pump.isBroken) {
      for (const child of before) this.#end(child);
      this.#endLater(reader);
    }
    const ends = await Promise.all(before.map(({ ended }) => ended));
    const succeeded = ends.every(({ code }) => code === 0) && stops.cause === undefined;
    const end = await pump.finish({
      succeeded: succeeded && this.#pumps.slice(0, index).every((one) => !one.isBroken),
    });
    const writer = this.#options.processes[index]?.name;
    if (end.failure !== undefined) stops.stop({ kind: "protocol", problem: `${writer}: ${end.failure}` });
    return end;
  }

  async #processEnds(pumpEnds: readonly PumpEnd[]): Promise<readonly ProcessEnd[]> {
    const ends = await Promise.all(this.#children.map(({ ended }) => ended));
    return this.#options.processes.flatMap(({ name }, index) => {
      const end = ends[index];
      if (end === undefined) return [];
      const input = pumpEnds[index - 1];
      const { readToEnd = true, cutLine = false, badLine } = input ?? {};
      return [{ name, end, readToEnd, cutLine, badLine }];
    });
  }

  #factsOf(processes: readonly ProcessEnd[]): RunFacts {
    const { stops, policy } = this.#options;
    return {
      stopped: stops.cause,
      processes,
      states: {
        sent: this.#sent.count,
        acknowledged: this.#sent.isAcknowledged,
        acceptUnacknowledged: policy.acceptUnacknowledged,
      },
    };
  }

  async #readOutput({ stdout: output }: Child): Promise<void> {
    const { processes, secrets, emit } = this.#options;
    const plugin = processes.at(-1)?.name ?? "";
    const onLine = (line: string) => emit({ event: "plugin_log", plugin, line });
    const lines = new LogLines({ redact: createRedactor(secrets), onLine });
    const onOther = (line: Buffer) => {
      this.#loggedAt = performance.now();
      lines.add(line);
      lines.add(Buffer.from("\n"));
    };
    await readTargetOutput(output, {
      onState: (state) => this.#takeEcho(state, onOther),
      onOther,
      onError: ({ message }) => emit({ event: "warning", message: `${plugin}: its output: ${message}` }),
    });
    lines.end();
  }

  #takeEcho(state: string, onForeign: (line: Buffer) => void): void {
    this.#loggedAt = performance.now();
    const echo = this.#sent.acknowledge(state);
    if (echo === "foreign") {
      onForeign(Buffer.from(state));
      return;
    }
    if (echo === "older") {
      this.#warn("handed a state back that is older than the one before: it is ignored.");
      return;
    }
    if (echo === "reshaped") this.#warn("handed a state back that it was not sent: it is stored as it is.");
    const kind = this.#options.stops.cause?.kind;
    if (kind !== "lease" && kind !== "store") this.#options.onState(state);
  }

  #warn(what: string): void {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#options.emit({ event: "warning", message: `${this.#options.processes.at(-1)?.name} ${what}` });
  }

  /** The tap ends first; then the others have their input's end, and a time to finish. */
  #stop(): void {
    const [tap, ...others] = this.#children;
    if (tap === undefined) return;
    tap.stopWithin(this.#options.policy.graceSeconds, stopSignalOf(this.#options.stops.signal));
    void tap.exited.then(() => {
      for (const child of others) this.#endLater(child);
    });
  }

  #end(child: Child): void {
    child.stopWithin(this.#options.policy.graceSeconds, "SIGTERM");
  }

  #endLater(child: Child | undefined): void {
    if (child === undefined || this.#ended.signal.aborted) return;
    const timer = setTimeout(() => this.#end(child), this.#options.policy.graceSeconds * 1000);
    this.#ended.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  #kill(): void {
    for (const child of this.#children) child.stop("SIGKILL");
  }
}

function whenAborted(signal: AbortSignal, { until, call }: { until: AbortSignal; call: () => void }): void {
  if (signal.aborted) call();
  else signal.addEventListener("abort", call, { once: true, signal: until });
}

function emptyCounts(): RunCounts {
  return { streams: new Map(), records: 0, states: 0, bytes: 0, tapWaitMs: 0, targetWaitMs: 0 };
}
