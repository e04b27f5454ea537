/** What a log line carries beside its message. Never a secret: the logger redacts known ones all the same. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The one structured log of a process: JSON lines on stderr, one a call. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger that says nothing; what library calls use when none is given. */
export const silentLogger: Logger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});
