import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { ConnectorError, SchemaError } from "./errors.ts";
import { isObject } from "./json.ts";
import type { Message } from "./messages.ts";

/** How {@link MessageWriter} buffers. */
export interface MessageWriterOptions {
  /**
   * Bytes that are gathered before they are written.
   * @default 65536
   */
  readonly bufferBytes?: number;
}

/** A message waits no longer than this in the buffer, so that a slow tap's records arrive. */
const idleMilliseconds = 50;
/** UTF-8 needs no more bytes than this for one UTF-16 unit of a JavaScript text. */
const maxBytesPerUnit = 3;
const lineFeed = 0x0a;

/** What callers wait for, until it happens or can no longer happen. */
interface Waiter {
  resolve(): void;
  reject(error: ConnectorError): void;
}

/**
 * Writes messages as lines of JSON, in order, to stdout or any other stream.
 *
 * Lines gather in a buffer of 64 KiB. It goes out when it is full, at each STATE, and 50 ms after its first
 * line, so nothing waits long. `write` answers a promise only while the reader is slower than the tap; to
 * await it is what bounds memory. Numbers that were kept as text are written as they were, properties whose
 * value is `undefined` are left out. NaN and infinities are refused with {@link SchemaError}, because JSON
 * would make them null without a word; the message is then not written, and the writer goes on.
 *
 * An output that fails or is closed raises {@link ConnectorError} of exit code 74, now or at the next call:
 * no call waits for ever. The writer never ends its output.
 *
 * @example
 * ```ts
 * const writer = new MessageWriter(process.stdout);
 * await writer.write({ type: "RECORD", stream: "users", record: { id: 1 } });
 * await writer.close();
 * ```
 */
export class MessageWriter {
  readonly #output: Writable;
  readonly #bufferBytes: number;
  #buffer: Buffer;
  /** The bytes of `#buffer` that wait are those from `#start` up to `#end`. */
  #start = 0;
  #end = 0;
  #idle: NodeJS.Timeout | undefined;
  #failure: ConnectorError | undefined;
  /** Chunks that the output has not yet said to be written. */
  #inFlight = 0;
  #writtenWaiters: Waiter[] = [];
  #drainWaiters: Waiter[] = [];
  #drained: Promise<void> | undefined;

  constructor(output: Writable, options: MessageWriterOptions = {}) {
    this.#output = withWholeWrites(output);
    this.#bufferBytes = options.bufferBytes ?? 64 * 1024;
    this.#buffer = Buffer.allocUnsafeSlow(this.#bufferBytes);
    this.#output.on("error", this.#onError);
    this.#output.on("close", this.#onClose);
    this.#output.on("drain", this.#onDrain);
  }

  /**
   * Takes one message. Answers undefined when the caller may go on at once, else a promise that resolves
   * when the output has room again. The promise rejects with {@link ConnectorError} (74) when the output has
   * failed, and with {@link SchemaError} when the message holds what JSON cannot.
   */
  write(message: Message): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    try {
      this.#put(serialize(message));
    } catch (error) {
      return Promise.reject(error);
    }
    if (message.type === "STATE") this.#send();
    if (this.#end > this.#start) this.#idle ??= setTimeout(this.#onIdle, idleMilliseconds);
    return this.#drained;
  }

  /** Resolves when all that was written has left the process. Rejects when the output has failed. */
  async flush(): Promise<void> {
    this.#send();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve, reject) => this.#writtenWaiters.push({ resolve, reject }));
  }

  /** Flushes, and lets go of the output without ending it. Rejects when the output has failed. */
  async close(): Promise<void> {
    await this.flush();
    // After a failure the listeners stay: the output's own error event may come later than ours.
    this.#output.off("error", this.#onError);
    this.#output.off("close", this.#onClose);
    this.#output.off("drain", this.#onDrain);
  }

  /** Adds a line to the buffer; one that the whole buffer cannot hold goes out alone. */
  #put(text: string): void {
    if (text.length * maxBytesPerUnit >= this.#bufferBytes - this.#end) {
      const bytes = Buffer.byteLength(text) + 1;
      if (bytes > this.#bufferBytes - this.#end) {
        this.#send();
        if (bytes > this.#bufferBytes) return this.#pass(Buffer.from(`${text}\n`));
        this.#renewBuffer();
      }
    }
    this.#end += this.#buffer.write(text, this.#end);
    this.#end = this.#buffer.writeUInt8(lineFeed, this.#end);
  }

  /** What was sent belongs to the output, which may hold it for long, so a buffer is never used twice. */
  #renewBuffer(): void {
    this.#buffer = Buffer.allocUnsafeSlow(this.#bufferBytes);
    this.#start = 0;
    this.#end = 0;
  }

  #send(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    if (this.#end === this.#start) return;
    const chunk = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.#pass(chunk);
  }

  #pass(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#inFlight += 1;
    const hasRoom = this.#output.write(chunk, this.#onWritten);
    if (hasRoom || this.#failure !== undefined || this.#drained !== undefined) return;
    this.#drained = new Promise<void>((resolve, reject) => {
      this.#drainWaiters.push({ resolve, reject });
    });
    // Whoever does not wait learns of the failure from the next call.
    this.#drained.catch(() => undefined);
  }

  readonly #onIdle = (): void => {
    this.#idle = undefined;
    this.#send();
  };

  readonly #onWritten = (error?: Error | null): void => {
    this.#inFlight -= 1;
    if (error !== undefined && error !== null) this.#fail(error);
    else if (this.#inFlight === 0) {
      for (const { resolve } of this.#writtenWaiters.splice(0)) resolve();
    }
  };

  readonly #onDrain = (): void => {
    this.#drained = undefined;
    for (const { resolve } of this.#drainWaiters.splice(0)) resolve();
  };

  readonly #onError = (error: Error): void => this.#fail(error);

  readonly #onClose = (): void => this.#fail(new Error("it was closed"));

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    const failure = outputError(error);
    this.#failure = failure;
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#drained = undefined;
    const waiters = [...this.#drainWaiters.splice(0), ...this.#writtenWaiters.splice(0)];
    for (const { reject } of waiters) reject(failure);
  }
}

/**
 * Where stdout is a file, Node's own stream takes a short write, as on a disk that fills up, for a whole one
 * and loses the rest without a word. A file stream over the same descriptor writes on until the disk refuses.
 */
function withWholeWrites(output: Writable): Writable {
  const fd: unknown = Reflect.get(output, "fd");
  return output.constructor.name === "SyncWriteStream" && typeof fd === "number"
    ? createWriteStream("", { fd, autoClose: false })
    : output;
}

const closedCodes = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"]);
const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function outputError(cause: Error): ConnectorError {
  const code: unknown = Reflect.get(cause, "code");
  const options = { cause, exitCode: 74 };
  const reason = cause.message;
  if (typeof code !== "string" || closedCodes.has(code)) {
    return new ConnectorError(
      `stdout was closed by its reader: ${reason}. Look at why the reader ended before the tap.`,
      options,
    );
  }
  if (fullCodes.has(code)) {
    return new ConnectorError(`stdout is full: ${reason}. Free some space and run again.`, options);
  }
  return new ConnectorError(`stdout cannot be written: ${reason}. Look at where it goes.`, options);
}

function serialize(message: Message): string {
  let text: string;
  try {
    text = JSON.stringify(message);
  } catch (cause) {
    throw unwritable(message, { found: findUnwritable(message, new Set()), cause });
  }
  // JSON makes NaN and infinities null, so only a text with a null in it can hide one.
  if (text.includes("null") && mayBecomeNull(message)) {
    const found = findUnwritable(message, new Set());
    if (found !== undefined) throw unwritable(message, { found });
  }
  return text;
}

/** Tells fast whether a value is, or holds, what JSON makes null: most nulls were null before. */
function mayBecomeNull(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (!isObject(value)) return Array.isArray(value) && value.some(mayBecomeNull);
  if (typeof value["toJSON"] === "function") return true;
  for (const key in value) {
    if (mayBecomeNull(value[key])) return true;
  }
  return false;
}

interface Unwritable {
  /** From the message down to the value. */
  readonly path: readonly string[];
  readonly what: string;
}

/** Looks for a value that JSON cannot hold, or would change without a word. */
function findUnwritable(value: unknown, ancestors: Set<object>): Unwritable | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path: [], what: `${value}` };
  if (typeof value === "bigint") return { path: [], what: "a bigint" };
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { path: [], what: "an invalid Date" } : undefined;
  }
  if (ancestors.has(value)) return { path: [], what: "a value that contains itself" };
  ancestors.add(value);
  for (const [key, item] of Object.entries(value)) {
    const found = findUnwritable(item, ancestors);
    if (found !== undefined) return { path: [key, ...found.path], what: found.what };
  }
  ancestors.delete(value);
  return undefined;
}

function unwritable(
  message: Message,
  reason: { found: Unwritable | undefined; cause?: unknown },
): SchemaError {
  const { found, cause } = reason;
  const stream = message.type === "STATE" ? "" : message.stream;
  const owner = stream === "" ? message.type : `${stream}: ${message.type}`;
  if (found === undefined) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new SchemaError(`${owner} cannot be written as JSON: ${text}. Correct what makes it.`, {
      stream,
      cause,
    });
  }
  const key = found.path.join(".");
  return new SchemaError(
    `${owner} cannot be written as JSON: ${key} is ${found.what}. Write null or leave it out.`,
    { stream, key, cause },
  );
}
