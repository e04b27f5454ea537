import { randomUUID } from "node:crypto";
import type { Logger } from "@chorale/singer";
import { createLane, type LaneOptions } from "./lane.ts";
import { readSpoolFile } from "./spool-reader.ts";
import type { SpoolWriter } from "./spool-writer.ts";
import type { Stop } from "./stop.ts";
import type { SpooledBatch } from "./warehouse.ts";

/** What it takes to write a batch anew. */
export interface RefusedBatchOptions {
  /** The lane that its lines were read by, without what a batch knows itself. */
  readonly lane: Omit<LaneOptions, "shape" | "root" | "validator" | "mustRewrite">;
  readonly createWriter: (name: string) => SpoolWriter;
  readonly stop: Stop;
  readonly log: Logger;
}

/**
 * Writes a batch anew, value by value, because the warehouse may not load it from the bytes it came in.
 * Answers undefined when no record of it remains. A line that is no record raises `ProtocolError`, a value
 * that its column cannot hold `SchemaError`, both with the record's place in the batch; `on_invalid_value` and
 * `on_invalid_record` apply as they do to lines that are read.
 */
export async function rewriteRefused(
  batch: SpooledBatch,
  options: RefusedBatchOptions & { reason: string },
): Promise<SpooledBatch | undefined> {
  const { shape, root } = batch;
  const { stream } = shape.spec;
  options.log.info(`${stream}: a batch is rewritten before it is loaded: ${options.reason}`, {
    stream,
    rows: batch.rows,
  });
  const lane = createLane({
    ...options.lane,
    root,
    validator: undefined,
    shape: { ...shape, lane: { rewriteAll: options.reason, unsafeBytes: [] } },
  });
  const id = randomUUID();
  const writer = options.createWriter(id);
  let rows = 0;
  let before = 0;
  for (const file of batch.files) {
    for await (const lines of readSpoolFile(file)) {
      options.stop.throwIfStopped();
      for (const { line, row } of lines) {
        const at = { lineNumber: before + row, file: `a batch of ${stream}` };
        const taken = lane.take(line, { ...at, mayBeUnsafe: false, mustRewrite: true });
        if (taken === undefined) continue;
        writer.append(Buffer.from(taken), 1);
        rows += 1;
      }
      await writer.relief();
    }
    before += file.rows;
  }
  const files = await writer.close();
  return rows === 0 ? undefined : { ...batch, id, files, rows, rewritten: true };
}
