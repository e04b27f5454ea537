/**
 * Who must act on an error: the person who configures (`config`), nobody but time (`transient`),
 * or whoever maintains the data or the code (`system`).
 */
export type ErrorKind = "config" | "transient" | "system";

/** What every error of the family is built from. */
export interface ConnectorErrorOptions {
  /** The error that led to this one; it is kept for the log. */
  cause?: unknown;
}

const marker: unique symbol = Symbol.for("chorale.connector-error");

/**
 * The root of every error that a tap, a target or the runner raises on purpose.
 *
 * `message` is one line for a person, in the shape "what failed: with what. what to do". The class
 * tells what happened, `kind` who must act, `exitCode` how the process tells its caller (BSD
 * sysexits, because errors do not cross a pipe). Line breaks in a message become spaces.
 *
 * Recognise errors with the static `isInstance` of each class and not with `instanceof`: npm may
 * install two copies of this package.
 *
 * @example
 * ```ts
 * try {
 *   await run();
 * } catch (error) {
 *   if (ConnectorError.isInstance(error)) process.exitCode = error.exitCode;
 *   else throw error;
 * }
 * ```
 */
export class ConnectorError extends Error {
  /** The class's name as data, the same across copies of this package. */
  static readonly className: string = "ConnectorError";
  override readonly name: string;
  readonly kind: ErrorKind;
  readonly exitCode: number;
  readonly [marker]: readonly string[];

  constructor(
    message: string,
    options: ConnectorErrorOptions & { kind?: ErrorKind; exitCode?: number } = {},
  ) {
    super(oneLine(message), "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.className;
    this.kind = options.kind ?? "system";
    this.exitCode = options.exitCode ?? (this.kind === "transient" ? 75 : 70);
    this[marker] = ["ConnectorError", new.target.className];
  }

  /** Tells whether `error` is of this class, whichever copy of the package made it. */
  static isInstance<T extends typeof ConnectorError>(this: T, error: unknown): error is InstanceType<T> {
    if (!(error instanceof Error)) return false;
    const names: unknown = Reflect.get(error, marker);
    // biome-ignore lint/complexity/noThisInStatic: each class inherits this method and answers for itself
    return Array.isArray(names) && names.includes(this.className);
  }
}

function oneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const lines = text.split(/[\r\n]/).map((line) => line.trim());
  return lines.filter((line) => line !== "").join(" ");
}

/** A setting, a catalog or a command line that cannot work as it is. Exit code 78. */
export class ConfigError extends ConnectorError {
  static override readonly className: string = "ConfigError";
  constructor(message: string, options: ConnectorErrorOptions = {}) {
    super(message, { ...options, kind: "config", exitCode: 78 });
  }
}

/** Credentials that were refused, also after the one refresh that they get. Exit code 77. */
export class AuthenticationError extends ConnectorError {
  static override readonly className: string = "AuthenticationError";
  constructor(message: string, options: ConnectorErrorOptions = {}) {
    super(message, { ...options, kind: "config", exitCode: 77 });
  }
}

/** What is known of a request that failed. */
export interface ApiErrorOptions extends ConnectorErrorOptions {
  method: string;
  /** The address without its secrets. */
  url: string;
  /** The status of the answer; absent when none came. */
  status?: number;
  /** The first characters of the answer's body. */
  bodyExcerpt?: string;
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** Whether the same request may succeed later. */
  retryable: boolean;
}

/** A request that an API refused or did not answer. Exit code 75 when it may work later, else 70. */
export class ApiError extends ConnectorError {
  static override readonly className: string = "ApiError";
  readonly method: string;
  readonly url: string;
  readonly status: number | undefined;
  readonly bodyExcerpt: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;

  constructor(message: string, options: ApiErrorOptions) {
    super(message, { cause: options.cause, kind: options.retryable ? "transient" : "system" });
    this.method = options.method;
    this.url = options.url;
    this.status = options.status;
    this.bodyExcerpt = options.bodyExcerpt;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = options.retryable;
  }
}

/** An export job that failed, or did not end in time. Exit code 75 when it may work later, else 70. */
export class ExportError extends ConnectorError {
  static override readonly className: string = "ExportError";
  readonly jobId: string;
  readonly lastState: string | undefined;

  constructor(
    message: string,
    options: ConnectorErrorOptions & { jobId: string; lastState?: string; retryable: boolean },
  ) {
    super(message, { cause: options.cause, kind: options.retryable ? "transient" : "system" });
    this.jobId = options.jobId;
    this.lastState = options.lastState;
  }
}

/** One way in which a value breaks its schema. */
export interface SchemaViolation {
  /** JSON Pointer to the value, `""` for the record itself. */
  path: string;
  /** What the schema wants, such as `must be integer`. */
  message: string;
}

/** A record, or a vendor's answer, that does not fit its schema. Exit code 65. */
export class SchemaError extends ConnectorError {
  static override readonly className: string = "SchemaError";
  readonly stream: string;
  readonly key: string | undefined;
  readonly violations: readonly SchemaViolation[];

  constructor(
    message: string,
    options: ConnectorErrorOptions & {
      stream: string;
      key?: string;
      violations?: readonly SchemaViolation[];
    },
  ) {
    super(message, { cause: options.cause, exitCode: 65 });
    this.stream = options.stream;
    this.key = options.key;
    this.violations = options.violations ?? [];
  }
}

/** Input that is not the Singer protocol: a bad line, a record before its schema. Exit code 65. */
export class ProtocolError extends ConnectorError {
  static override readonly className: string = "ProtocolError";
  /** The line's number, counted from 1; absent when the messages came from code. */
  readonly lineNumber: number | undefined;
  /** The first characters of the line. */
  readonly excerpt: string | undefined;

  constructor(
    message: string,
    options: ConnectorErrorOptions & { lineNumber?: number; excerpt?: string } = {},
  ) {
    super(message, { cause: options.cause, exitCode: 65 });
    this.lineNumber = options.lineNumber;
    this.excerpt = options.excerpt;
  }
}

/** A batch that could not be loaded. Exit code 75 when it may work later, else 70. */
export class LoadError extends ConnectorError {
  static override readonly className: string = "LoadError";
  readonly stream: string | undefined;
  readonly table: string | undefined;
  readonly rowCount: number | undefined;
  readonly retryable: boolean;

  constructor(
    message: string,
    options: ConnectorErrorOptions & {
      stream?: string;
      table?: string;
      rowCount?: number;
      retryable?: boolean;
    } = {},
  ) {
    super(message, { cause: options.cause, kind: options.retryable === true ? "transient" : "system" });
    this.stream = options.stream;
    this.table = options.table;
    this.rowCount = options.rowCount;
    this.retryable = options.retryable === true;
  }
}

/** The signals that end a process in order. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** A run that a signal ended, after everything that was due went out. Exit code 130 or 143. */
export class InterruptedError extends ConnectorError {
  static override readonly className: string = "InterruptedError";
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}: the state that was written so far is valid. Run again to go on.`, {
      kind: "transient",
      exitCode: signal === "SIGINT" ? 130 : 143,
    });
    this.signal = signal;
  }
}

/**
 * Answers the exit code for any thrown value: an error of this family by its own, anything else 70.
 *
 * @example
 * ```ts
 * process.exitCode = exitCodeOf(error);
 * ```
 */
export function exitCodeOf(error: unknown): number {
  return ConnectorError.isInstance(error) ? error.exitCode : 70;
}
