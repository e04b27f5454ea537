import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ConnectorError, MessageWriter } from "../src/index.ts";
import { HeldOutput, record, rejection } from "./message-outputs.ts";

function ioError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

describe("MessageWriter, when the output fails", () => {
  it.each<[name: string, error: Error, message: string]>([
    [
      "EPIPE",
      ioError("EPIPE", "write EPIPE"),
      "stdout was closed by its reader: write EPIPE. Look at why the reader ended before the tap.",
    ],
    [
      "ECONNRESET",
      ioError("ECONNRESET", "read ECONNRESET"),
      "stdout was closed by its reader: read ECONNRESET. Look at why the reader ended before the tap.",
    ],
    [
      "ENOSPC",
      ioError("ENOSPC", "ENOSPC: no space left on device, write"),
      "stdout is full: ENOSPC: no space left on device, write. Free some space and run again.",
    ],
    [
      "EIO",
      ioError("EIO", "EIO: i/o error, write"),
      "stdout cannot be written: EIO: i/o error, write. Look at where it goes.",
    ],
    ["an error without a code", new Error("boom"), "stdout cannot be written: boom. Look at where it goes."],
  ])(
    "turns %s into one line and exit code 74, now and at every later call",
    async (_name, cause, message) => {
      const output = new HeldOutput(10);
      const writer = new MessageWriter(output, { bufferBytes: 0 });
      const waiting = rejection(writer.write(record({ id: 1 })));
      const flushing = rejection(writer.flush());
      await nextTurn();
      output.completeOne(cause);
      const error = await waiting;
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({ message, exitCode: 74, cause });
      expect(await flushing).toBe(error);
      expect(await rejection(writer.write(record({ id: 2 })))).toBe(error);
      expect(await rejection(writer.flush())).toBe(error);
      expect(await rejection(writer.close())).toBe(error);
      expect(output.chunks).toHaveLength(1);
    },
  );

  it.each(["waits", "flushes"])(
    "never leaves a caller hanging that %s while the output is destroyed",
    async (what) => {
      const output = new HeldOutput(10);
      const writer = new MessageWriter(output, { bufferBytes: 0 });
      const pending = writer.write(record({ id: 1 }));
      const waiting = rejection(what === "waits" ? pending : writer.flush());
      output.destroy();
      expect(await waiting).toMatchObject({
        exitCode: 74,
        message:
          "stdout was closed by its reader: it was closed. Look at why the reader ended before the tap.",
      });
    },
  );

  it("fails on an output that was destroyed before", async () => {
    const output = new HeldOutput();
    output.destroy();
    await once(output, "close");
    const writer = new MessageWriter(output);
    expect(writer.write(record({ id: 1 }))).toBeUndefined();
    expect(await rejection(writer.close())).toMatchObject({ exitCode: 74 });
  });

  it("does not raise a failure that nobody waited for, but tells the next call", async () => {
    const output = new HeldOutput(10);
    const writer = new MessageWriter(output);
    expect(writer.write({ type: "STATE", value: 1 })).toBeInstanceOf(Promise);
    const closed = new Promise((resolve) => output.on("close", resolve));
    output.destroy(ioError("EPIPE", "write EPIPE"));
    await closed;
    // vitest fails the run on an unhandled rejection, which is what this test is about.
    expect(await rejection(writer.write(record({ id: 2 })))).toMatchObject({ exitCode: 74 });
  });

  it("reports a failure of what went out while idle", async () => {
    const output = new HeldOutput();
    const writer = new MessageWriter(output);
    expect(writer.write(record({ id: 1 }))).toBeUndefined();
    while (output.chunks.length === 0) await nextTurn();
    output.completeOne(ioError("EPIPE", "write EPIPE"));
    expect(await rejection(writer.close())).toMatchObject({ exitCode: 74 });
  });
});
