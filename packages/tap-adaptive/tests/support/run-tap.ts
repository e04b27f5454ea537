import { type AdaptiveOptions, type AdaptiveSandbox, startAdaptive } from "@chorale/sandbox";
import {
  type Catalog,
  type Logger,
  type Message,
  parseState,
  type RecordMessage,
  type State,
} from "@chorale/singer";
import { tapAdaptive } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 2, 20, 12);
/** What stand-ins accept. */
export const credential = { username: "svc.finance@example.test", password: `sandbox & <pass> "word"` };
/** Settings that work with a stand-in: the folder's versions, with two accounts at the top level. */
export const settings = {
  ...credential,
  account_codes: ["Model.Account_0", "Model.Account_1"],
  levels: [{ name: "Master Corporate", is_rollup: true }],
};

/** Runs a test against a stand-in of its own. */
export async function withAccount(
  options: AdaptiveOptions,
  test: (account: AdaptiveSandbox) => Promise<void>,
): Promise<void> {
  const account = await startAdaptive({ seed: 7, clock: () => now, ...options });
  try {
    await test(account);
  } finally {
    await account.close();
  }
}

/** The names of the methods that were called. */
export function called({ calls }: AdaptiveSandbox): readonly string[] {
  return calls.map(({ method }) => method);
}

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
  /** What the log says at some levels, one line each. */
  said(...levels: readonly string[]): string;
}

export interface RunOptions {
  /** Where the API is, without `/api`. */
  readonly url: string;
  readonly select?: readonly string[];
  readonly catalog?: Catalog;
  readonly state?: State | undefined;
  /** Settings beside those that work. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {@link now} */
  readonly at?: number;
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const { url, select, catalog, state, config, at = now, until, signal } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tapAdaptive.sync({
      config: { base_url: `${url}/api/`, ...settings, ...config },
      select,
      catalog,
      state,
      signal,
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
    records: (stream) =>
      messages.flatMap((message) =>
        message.type === "RECORD" && message.stream === stream ? [message.record] : [],
      ),
    states: messages.flatMap((message) =>
      message.type === "STATE" ? [parseState(JSON.stringify(message.value))] : [],
    ),
    said: (...levels) =>
      logs
        .filter(({ level }) => levels.includes(level))
        .map(({ message }) => message)
        .join("\n"),
  };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<Run> {
  const run = await runTap(options);
  if (run.error !== undefined) throw run.error;
  return run;
}

function logInto(logs: LogLine[]): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) => {
      logs.push({ level, message, fields });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
