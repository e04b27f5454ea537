import {
  type Catalog,
  type Logger,
  type Message,
  parseState,
  type RecordMessage,
  type State,
} from "@chorale/singer";
import type { SaveSettings } from "@chorale/tap-sdk";
import { tapZendesk } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
export const accessToken = "sandbox-access-token";

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
  /** Properties that are not selected, of all streams. @default none */
  readonly deselected?: readonly string[];
  readonly state?: State | undefined;
  /** Settings beside the address, the access token and the start date, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {@link now} */
  readonly at?: number;
  /** Leaves the run after a message. */
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
  /** Takes settings that are to be saved. @default there is no such place */
  readonly saveSettings?: SaveSettings;
  readonly onLog?: (line: LogLine) => void;
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const { url, streams, state, config, at = now, until, signal, saveSettings, onLog } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tapZendesk.sync({
      config: { base_url: url, access_token: accessToken, start_date: "2020-01-01T00:00:00Z", ...config },
      catalog: await catalogOf(streams ?? tapZendesk.streams.map(({ name }) => name), {
        fullTable: options.fullTable,
        deselected: options.deselected,
      }),
      state,
      signal,
      saveSettings,
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

/** A catalog in which the named streams are selected and all others are not. */
export async function catalogOf(
  selected: readonly string[],
  {
    fullTable = [],
    deselected = [],
  }: { fullTable?: readonly string[] | undefined; deselected?: readonly string[] | undefined } = {},
): Promise<Catalog> {
  const { streams } = await tapZendesk.discover();
  const choiceOf = (breadcrumb: readonly string[], stream: string): Readonly<Record<string, unknown>> => {
    if (breadcrumb.length > 0) return deselected.includes(breadcrumb[1] ?? "") ? { selected: false } : {};
    const whole = fullTable.includes(stream) ? { "replication-method": "FULL_TABLE" } : {};
    return { selected: selected.includes(stream), ...whole };
  };
  return {
    streams: streams.map((entry) => ({
      ...entry,
      metadata: entry.metadata.map(({ breadcrumb, metadata }) => ({
        breadcrumb,
        metadata: { ...metadata, ...choiceOf(breadcrumb, entry.tap_stream_id) },
      })),
    })),
  };
}

export function logInto(put: (line: LogLine) => void): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      put({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
