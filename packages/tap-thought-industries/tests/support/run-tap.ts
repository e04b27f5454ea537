import {
  type Catalog,
  type Logger,
  type Message,
  parseState,
  type RecordMessage,
  type State,
} from "@chorale/singer";
import { tapThoughtIndustries } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
export const startDate = "2025-12-01T00:00:00Z";
export const apiKey = "sandbox-api-key";

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
  /** The selected streams. @default all */
  readonly streams?: readonly string[];
  /** Streams that the catalog wants whole each time. @default none */
  readonly fullTable?: readonly string[];
  readonly state?: State | undefined;
  /** Rules such as `logins.ipAddress`; then the streams are what they select. */
  readonly select?: readonly string[];
  /** Settings beside the address, the access token and the start date, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {@link now} */
  readonly at?: number;
  /** Whether messages are kept; those of long runs are looked at by `until` only. @default true */
  readonly keeps?: boolean;
  /** Leaves the run after a message. */
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: LogLine) => void;
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const {
    url,
    streams,
    fullTable,
    select,
    state,
    config,
    at = now,
    keeps = true,
    until,
    signal,
    onLog,
  } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tapThoughtIndustries.sync({
      config: { base_url: url, api_key: apiKey, start_date: startDate, ...config },
      select,
      catalog: await catalogOf(streams ?? tapThoughtIndustries.streams.map(({ name }) => name), fullTable),
      state,
      signal,
      clock: () => new Date(at),
      log: logInto((line) => {
        logs.push(line);
        onLog?.(line);
      }),
    });
    for await (const message of run) {
      if (keeps) messages.push(message);
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
    ids: (stream) => records(stream).map(({ id, _event_key: key }) => id ?? key),
  };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<Run> {
  const run = await runTap(options);
  if (run.error !== undefined) throw run.error;
  return run;
}

/** A catalog in which the named streams are selected and all others are not. */
export async function catalogOf(
  selected: readonly string[],
  fullTable: readonly string[] = [],
): Promise<Catalog> {
  const { streams } = await tapThoughtIndustries.discover();
  return {
    streams: streams.map((entry) => ({
      ...entry,
      metadata: entry.metadata.map(({ breadcrumb, metadata }) => ({
        breadcrumb,
        metadata:
          breadcrumb.length === 0
            ? {
                ...metadata,
                selected: selected.includes(entry.tap_stream_id),
                ...(fullTable.includes(entry.tap_stream_id) ? { "replication-method": "FULL_TABLE" } : {}),
              }
            : metadata,
      })),
    })),
  };
}

function logInto(put: (line: LogLine) => void): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      put({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
