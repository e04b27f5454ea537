import { Writable } from "node:stream";
import type { RecordMessage } from "../src/index.ts";

/** A record of the stream users. */
export function record(fields: Record<string, unknown>): RecordMessage {
  return { type: "RECORD", stream: "users", record: fields };
}

/** An output that keeps what it gets, by reference, and completes a write only when told to. */
export class HeldOutput extends Writable {
  readonly chunks: Buffer[] = [];
  #complete: ((error?: Error) => void)[] = [];

  constructor(highWaterMark = 1024 * 1024) {
    super({ highWaterMark });
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    this.chunks.push(chunk);
    this.#complete.push(callback);
  }

  completeOne(error?: Error): void {
    this.#complete.shift()?.(error);
  }

  text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** An output that takes everything at once. */
export class OpenOutput extends HeldOutput {
  override _write(chunk: Buffer, encoding: string, callback: (error?: Error) => void): void {
    super._write(chunk, encoding, () => undefined);
    callback();
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was rejected");
}
