import {
  type Catalog,
  type Logger,
  type Message,
  parseState,
  type RecordMessage,
  type State,
} from "@chorale/singer";
import type { Tap } from "@chorale/tap-sdk";
import { tapXactly, type XactlyConfig } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
/** What stand-ins accept. */
export const credential = {
  user: "sandbox-user",
  password: "sandbox-password",
  client_id: "sandbox-client-id",
  consumer: "sandbox-consumer",
};

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
}

export interface RunOptions {
  /** Where the stand-in is, without `/api`. */
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
  /** @default the tap itself */
  readonly tap?: Tap<XactlyConfig>;
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const { url, select, catalog, state, config, at = now, until, tap = tapXactly } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tap.sync({
      config: { api_url: `${url}/api`, ...credential, ...config },
      select,
      catalog,
      state,
      clock: () => new Date(at),
      log: logInto(logs),
    });
    for await (const message of run) {
      messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  return {
    messages,
    logs,
    error,
    states: messages.flatMap((message) =>
      message.type === "STATE" ? [parseState(JSON.stringify(message.value))] : [],
    ),
    records: (stream) =>
      messages.flatMap((message) =>
        message.type === "RECORD" && message.stream === stream ? [message.record] : [],
      ),
  };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<Run> {
  const run = await runTap(options);
  if (run.error !== undefined) throw run.error;
  return run;
}

/** Makes a logger that takes note of its lines. */
export function logInto(lines: LogLine[]): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
