import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { ConnectorError } from "./errors.ts";
import { messageText } from "./message-text.ts";
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
 * value is `undefined` are left out. NaN and infinities are refused with `SchemaError`, because JSON
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
  /** Chunks that the output was given, and chunks of these that it has said to be written. */
  #sent = 0;
  #written = 0;
  /** In the order of their chunks. */
  readonly #writtenWaiters: (Waiter & { readonly sent: number })[] = [];
  #drainWaiter: Waiter | undefined;
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
   * failed, and with `SchemaError` when the message holds what JSON cannot.
   */
  write(message: Message): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    try {
      this.#put(messageText(message));
    } catch (error) {
      return Promise.reject(error);
    }
    if (message.type === "STATE") this.#send();
    if (this.#end > this.#start) this.#idle ??= setTimeout(this.#onIdle, idleMilliseconds);
    return this.#drained;
  }

  /** Resolves when all that was written has left the process. Rejects when the output has failed. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#send();
    if (this.#written === this.#sent) return;
    await new Promise<void>((resolve, reject) => {
      this.#writtenWaiters.push({ sent: this.#sent, resolve, reject });
    });
  }

  /** Flushes, and lets go of the output without ending it. Rejects when the output has failed. */
  async close(): Promise<void> {
    await this.flush();
    // After a failure the listeners stay: the output's own error event may come later than ours.
    this.#output.off("error", this.#onError);
    this.#output.off("close", this.#onClose);
    this.#output.off("drain", this.#onDrain);
  }

  #put(text: string): void {
    const mayExceed = text.length * maxBytesPerUnit >= this.#bufferBytes - this.#end;
    if (mayExceed && !this.#makeRoom(Buffer.byteLength(text) + 1)) {
      this.#pass(Buffer.from(`${text}\n`));
      return;
    }
    this.#end += this.#buffer.write(text, this.#end);
    this.#end = this.#buffer.writeUInt8(lineFeed, this.#end);
  }

  /** Answers false for a line that the whole buffer cannot hold; then the buffer is empty all the same. */
  #makeRoom(bytes: number): boolean {
    if (bytes <= this.#bufferBytes - this.#end) return true;
    this.#send();
    if (bytes > this.#bufferBytes) return false;
    this.#renewBuffer();
    return true;
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
    this.#sent += 1;
    const hasRoom = this.#output.write(chunk, this.#onWritten);
    if (hasRoom || this.#failure !== undefined || this.#drained !== undefined) return;
    this.#drained = new Promise<void>((resolve, reject) => {
      this.#drainWaiter = { resolve, reject };
    });
    // Whoever does not wait learns of the failure from the next call.
    this.#drained.catch(() => undefined);
  }

  readonly #onIdle = (): void => {
    this.#idle = undefined;
    this.#send();
  };

  readonly #onWritten = (error?: Error | null): void => {
    if (error !== undefined && error !== null) {
      this.#fail(error);
      return;
    }
    this.#written += 1;
    while ((this.#writtenWaiters[0]?.sent ?? Infinity) <= this.#written)
      this.#writtenWaiters.shift()?.resolve();
  };

  readonly #onDrain = (): void => {
    this.#drained = undefined;
    this.#drainWaiter?.resolve();
    this.#drainWaiter = undefined;
  };

  readonly #onError = (error: Error): void => this.#fail(error);

  readonly #onClose = (): void =>
    this.#fail(Object.assign(new Error("it was closed"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    const failure = outputError(error);
    this.#failure = failure;
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#drained = undefined;
    this.#drainWaiter?.reject(failure);
    for (const { reject } of this.#writtenWaiters.splice(0)) reject(failure);
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
  if (typeof code === "string" && closedCodes.has(code)) {
    return new ConnectorError(
      `stdout was closed by its reader: ${reason}. Look at why the reader ended before the tap.`,
      options,
    );
  }
  if (typeof code === "string" && fullCodes.has(code)) {
    return new ConnectorError(`stdout is full: ${reason}. Free some space and run again.`, options);
  }
  return new ConnectorError(`stdout cannot be written: ${reason}. Look at where it goes.`, options);
}
