import { startZuoraRevenue, type ZuoraRevenueOptions, type ZuoraRevenueSandbox } from "@chorale/sandbox";
import { type Logger, type Message, parseState, type RecordMessage, type State } from "@chorale/singer";
import { tapZuoraRevenue } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);

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
  readonly tenant: ZuoraRevenueSandbox;
  /** Rules of what to read. @default the streams that are selected by default */
  readonly select?: readonly string[];
  readonly state?: State | undefined;
  /** Settings beside the address and the token, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {@link now} */
  readonly at?: number;
  /** Leaves the run after a message. */
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
}

/** Settings that fit a stand-in. */
export function configOf(
  { url }: Pick<ZuoraRevenueSandbox, "url">,
  settings: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    base_url: `${url}/api/integration`,
    username: "sandbox-user",
    password: "sandbox-password",
    poll_interval_seconds: 0.01,
    max_wait_seconds: 20,
    page_size: 4,
    ...settings,
  };
}

/** Runs the tap and takes note of everything. */
export async function runTap(options: RunOptions): Promise<Run> {
  const { tenant, select, state, config, at = now, until, signal } = options;
  const logs: LogLine[] = [];
  const messages: Message[] = [];
  let error: unknown;
  try {
    const run = tapZuoraRevenue.sync({
      config: configOf(tenant, config),
      select,
      state,
      signal,
      clock: () => new Date(at),
      log: logInto((line) => logs.push(line)),
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
  };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<Run> {
  const run = await runTap(options);
  if (run.error !== undefined) throw run.error;
  return run;
}

/** Runs a test against a stand-in of its own. */
export async function withTenant(
  options: ZuoraRevenueOptions,
  test: (tenant: ZuoraRevenueSandbox) => Promise<void>,
): Promise<void> {
  const tenant = await startZuoraRevenue({ seed: 7, clock: () => now, ...options });
  try {
    await test(tenant);
  } finally {
    await tenant.close();
  }
}

/** The requests so far, as methods and paths below the prefix. */
export function asked({ requests }: ZuoraRevenueSandbox): readonly string[] {
  return requests.map(({ method, path }) => `${method} ${path.replace(/^.*\/api\/integration\//u, "")}`);
}

function logInto(put: (line: LogLine) => void): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      put({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Runs the tap, and waits for `pause` after each record before the next message is taken. */
export async function* runTapSlowly(
  { tenant, select, config, at = now }: RunOptions,
  pause: () => Promise<void>,
): AsyncGenerator<Message, void, void> {
  const clock = (): Date => new Date(at);
  for await (const message of tapZuoraRevenue.sync({ config: configOf(tenant, config), select, clock })) {
    yield message;
    if (message.type === "RECORD") await pause();
  }
}
