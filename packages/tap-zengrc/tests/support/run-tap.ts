import {
  type Catalog,
  type Logger,
  type Message,
  parseState,
  type RecordMessage,
  type State,
} from "@chorale/singer";
import { tapZengrc } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
/** What stand-ins accept. */
export const credential = { username: "sandbox-key-id", password: "sandbox-key-secret" };

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Run {
  readonly messages: readonly Message[];
  readonly logs: readonly LogLine[];
  /** What the run threw; undefined when it ended well. */
  readonly error: unknown;
  /** The states as a target would hand them back. */
  readonly states: readonly State[];
  /** The records of a stream, in order. */
  records(stream: string): readonly RecordMessage["record"][];
  /** The keys of a stream's records, in order. */
  ids(stream: string): readonly unknown[];
}

export interface RunOptions {
  /** Where the API is. */
  readonly url: string;
  /** Rules of what to read. @default all streams of the configuration */
  readonly select?: readonly string[];
  readonly catalog?: Catalog;
  readonly state?: State | undefined;
  /** Settings beside the address and the credential, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {@link now} */
  readonly at?: number;
  /** Leaves the run after a message. */
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: LogLine) => void;
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const { url, select, catalog, state, config, at = now, until, signal, onLog } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tapZengrc.sync({
      config: { base_url: url, ...credential, ...config },
      select,
      catalog,
      state,
      signal,
      clock: () => new Date(at),
      log: logInto((line) => {
        logs.push(line);
        onLog?.(line);
      }),
    });
    for await (const message of run) {
      messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  const records = (stream: string) =>
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
  };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<Run> {
  const run = await runTap(options);
  if (run.error !== undefined) throw run.error;
  return run;
}

function logInto(put: (line: LogLine) => void): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      put({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
