import { ConfigError } from "./errors.ts";
import type { LogFields, Logger } from "./log.ts";
import { createLoggable } from "./loggable.ts";
import { writeStderr } from "./stderr.ts";

/** What a process's log is made from. */
export interface LoggerOptions {
  /** Who logs, such as `tap-zendesk`. */
  name: string;
  /** `debug`, `info`, `warn` or `error`, in any case; the names of Python's levels count too. @default "info" */
  level?: string;
  /** Takes each line with its line break. @default writes to stderr at once; a closed stderr is ignored */
  write?: (line: string) => void;
  /** Takes the secrets out of every text that is logged. @default none are known */
  redact?: (text: string) => string;
}

type LevelName = "debug" | "info" | "warn" | "error";

const levels: ReadonlyMap<string, LevelName> = new Map([
  ["trace", "debug"],
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "error"],
  ["fatal", "error"],
]);

/** The keys that a line has by itself. */
const ownKeys: ReadonlySet<string> = new Set(["level", "time", "name", "msg"]);

/**
 * Makes the log of a process: one JSON object a line with `level`, `time`, `name`, `msg` and the fields of
 * the call; a field with one of these names gets an underscore behind it. Errors are written with their
 * chain of causes. Each line is out before the call returns, and nothing that is logged can throw.
 *
 * Throws {@link ConfigError} for a level that does not exist.
 *
 * @example
 * ```ts
 * const log = await createLogger({ name: "tap-zendesk", redact: createRedactor(secrets) });
 * log.warn("rate limited", { waitSeconds: 30 });
 * ```
 */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const level = levels.get((options.level ?? "info").toLowerCase());
  if (level === undefined) {
    throw new ConfigError(
      `log level: there is no ${JSON.stringify(options.level)}. Use debug, info, warn or error.`,
    );
  }
  const { pino } = await import("pino");
  const sink = pino(
    {
      level,
      base: { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The fields are plain already; its own would take an error apart once more.
      serializers: { err: (value: unknown) => value },
    },
    { write: options.write ?? writeStderr },
  );
  const redact = options.redact ?? ((text) => text);
  const loggable = createLoggable(redact);
  const put = (name: LevelName) => (message: string, fields?: LogFields) => {
    if (sink.isLevelEnabled(name)) sink[name](renamed(loggable(fields ?? {})), redact(message));
  };
  return { debug: put("debug"), info: put("info"), warn: put("warn"), error: put("error") };
}

function renamed(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [ownKeys.has(key) ? `${key}_` : key, value]),
  );
}
