import { type Logger, type Message, parseState, type RecordMessage, type State } from "@chorale/singer";
import type { SyncOptions } from "../sync/sync-options.ts";
import type { Tap } from "../tap.ts";

/** A line of a log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a run of a tap did. */
export interface CollectedRun {
  readonly messages: readonly Message[];
  readonly logs: readonly LogLine[];
  /** What the run threw; undefined when it ended well. */
  readonly error: unknown;
  /** The states as a target would hand them back. */
  readonly states: readonly State[];
  /** The records of a stream, in order; none of a stream that has none. */
  records(stream: string): readonly RecordMessage["record"][];
  /** The `id` of each of a stream's records, in order. */
  ids(stream: string): readonly unknown[];
  /** What the log says at some levels, one line each. */
  said(...levels: readonly string[]): string;
}

/** How a run is made and collected. */
export interface CollectOptions extends Omit<SyncOptions, "log" | "clock"> {
  /** The moment at which the run happens, in milliseconds. @default the system's clock */
  readonly at?: number | undefined;
  /** Leaves the run after a message, as a target that ends does. @default it is read to its end */
  readonly until?: ((message: Message) => boolean) | undefined;
  /** Whether messages are kept; those of long runs are looked at by `until` only. @default true */
  readonly keeps?: boolean | undefined;
  /** Sees each line of the log as it is written. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
}

/**
 * Runs a tap and takes note of all that it does. It never throws: what the run threw is `error`, beside the messages
 * that came before; {@link succeeded} throws it. All messages are held in memory unless `keeps` is false.
 *
 * @example
 * ```ts
 * const run = await collectRun(tapShop, { config, select: ["orders.*"], at: Date.UTC(2026, 0, 15) });
 * expect(run.error).toBeUndefined();
 * expect(run.ids("orders")).toEqual([1, 2, 3]);
 * ```
 */
export async function collectRun<Config>(
  tap: Pick<Tap<Config>, "sync">,
  options: CollectOptions,
): Promise<CollectedRun> {
  const { at, until, keeps = true, onLog, ...sync } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  const log = logInto((line) => {
    logs.push(line);
    onLog?.(line);
  });
  let error: unknown;
  try {
    for await (const message of tap.sync({ ...sync, log, clock: clockAt(at) })) {
      if (keeps) messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  const records = (stream: string): readonly RecordMessage["record"][] =>
    messages.flatMap((message) =>
      message.type === "RECORD" && message.stream === stream ? [message.record] : [],
    );
  return {
    messages,
    logs,
    error,
    records,
    states: messages.flatMap((message) =>
      message.type === "STATE" ? [parseState(JSON.stringify(message.value))] : [],
    ),
    ids: (stream) => records(stream).map(({ id }) => id),
    said: (...levels) =>
      logs.flatMap(({ level, message }) => (levels.includes(level) ? [message] : [])).join("\n"),
  };
}

/**
 * Answers a run that ended well. Throws what the run threw when it did not.
 *
 * @example
 * ```ts
 * const { states } = succeeded(await collectRun(tapShop, { config }));
 * ```
 */
export function succeeded<Run extends { readonly error: unknown }>(run: Run): Run {
  if (run.error !== undefined) throw run.error;
  return run;
}

/**
 * Makes a logger that hands on its lines, each with its level and its fields; a line without fields has an empty object.
 *
 * @example
 * ```ts
 * const lines: LogLine[] = [];
 * const log = logInto((line) => lines.push(line));
 * ```
 */
export function logInto(put: (line: LogLine) => void): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      put({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function clockAt(at: number | undefined): (() => Date) | undefined {
  return at === undefined ? undefined : () => new Date(at);
}
