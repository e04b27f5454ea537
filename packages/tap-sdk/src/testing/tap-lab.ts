import { type Logger, type Message, parseState, type RecordMessage, type State } from "@chorale/singer";
import type { Tap } from "../tap.ts";
import { succeeded } from "./collect-run.ts";
import { selectingCatalog } from "./selecting-catalog.ts";
import type { TapReplica, TapTestOptions } from "./tap-replica.ts";

/** What a run did. */
export interface TapRun {
  readonly messages: readonly Message[];
  /** The lines of the log, as JSON. */
  readonly logs: readonly string[];
  /** How many requests were made; undefined, as `paths`, where the replica does not tell. */
  readonly requestCount: number | undefined;
  /** The paths that were asked for, without queries. */
  readonly paths: ReadonlySet<string> | undefined;
  /** What the run threw; undefined when it ended well. */
  readonly error: unknown;
  readonly config: unknown;
}

/** How a run is made. */
export interface RunRequest {
  /** The names of the selected streams. @default all */
  readonly streams?: readonly string[];
  readonly state?: State;
  /** Changes the replica, or the config, before the run. */
  readonly prepare?: (replica: TapReplica) => unknown;
  /** Leaves the run after a message. */
  readonly until?: (message: Message) => boolean;
}

/** Runs a tap against fresh replicas of its API. */
export class TapLab<Config> {
  readonly tap: Tap<Config>;
  readonly options: TapTestOptions;
  #whole: Promise<TapRun> | undefined;
  readonly #single = new Map<string, Promise<TapRun>>();

  constructor(tap: Tap<Config>, options: TapTestOptions) {
    this.tap = tap;
    this.options = options;
  }

  get names(): readonly string[] {
    return this.tap.streams.map(({ name }) => name);
  }

  /** The one run of all streams that most checks look at. Throws what it threw. */
  async whole(): Promise<TapRun> {
    this.#whole ??= this.run({});
    return succeeded(await this.#whole);
  }

  /** The run of one stream alone. Throws what it threw. */
  async single(stream: string): Promise<TapRun> {
    const run = this.#single.get(stream) ?? this.run({ streams: [stream] });
    this.#single.set(stream, run);
    return succeeded(await run);
  }

  async run({ streams = this.names, state, prepare, until }: RunRequest): Promise<TapRun> {
    const replica = await this.options.replica();
    const logs: string[] = [];
    const messages: Message[] = [];
    let error: unknown;
    const config = prepare?.(replica) ?? replica.config;
    try {
      const catalog = await selectingCatalog(this.tap, streams);
      for await (const message of this.tap.sync({ config, catalog, state, log: logInto(logs) })) {
        messages.push(message);
        if (until?.(message) === true) break;
      }
    } catch (thrown) {
      error = thrown;
    } finally {
      await replica.close?.();
    }
    const paths = replica.requests?.().map((request) => request.replace(/\?.*$/, ""));
    return { messages, logs, requestCount: paths?.length, paths: paths && new Set(paths), error, config };
  }
}

/** The records of a run, by stream. */
export function recordsByStream(messages: readonly Message[]): ReadonlyMap<string, readonly RecordMessage[]> {
  const records = messages.filter((message) => message.type === "RECORD");
  return Map.groupBy(records, ({ stream }) => stream);
}

/** The states of a run as a target would hand them back. */
export function statesOf(messages: readonly Message[]): readonly State[] {
  const states = messages.filter((message) => message.type === "STATE");
  return states.map(({ value }) => parseState(JSON.stringify(value)));
}

function logInto(lines: string[]): Logger {
  const put =
    (level: string): Logger["info"] =>
    (message, fields) => {
      lines.push(JSON.stringify({ level, message, ...fields }));
    };
  return { debug: put("debug"), info: put("info"), warn: put("warn"), error: put("error") };
}
