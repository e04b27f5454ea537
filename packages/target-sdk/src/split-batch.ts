import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { ClosedBatch } from "./sink.ts";
import { readSpoolFile } from "./spool-reader.ts";
import type { SpoolWriter } from "./spool-writer.ts";
import type { SpooledBatch, SpoolFile } from "./warehouse.ts";

/** A batch of which a STATE came in the middle. */
export interface SplitBatch {
  /** The records before the STATE. */
  readonly first: ClosedBatch;
  /** The records after it. */
  readonly rest: ClosedBatch;
}

/**
 * Splits a batch after its first `rows` rows: whole files are handed on, the one in between is copied in two
 * parts.
 */
export function splitBatch(
  batch: ClosedBatch,
  { rows, createWriter }: { rows: number; createWriter: (name: string) => SpoolWriter },
): SplitBatch {
  const parts = batch.spooled.then((spooled) => splitSpooled(spooled, { rows, createWriter }));
  // Whoever loads a part learns of an error.
  parts.catch(() => undefined);
  const part = (index: 0 | 1) => {
    const spooled = parts.then((both) => both[index]);
    spooled.catch(() => undefined);
    return spooled;
  };
  return {
    first: { ...batch, rows, spooled: part(0) },
    rest: { ...batch, rows: batch.rows - rows, mark: { ...batch.mark, rows: 0 }, spooled: part(1) },
  };
}

async function splitSpooled(
  batch: SpooledBatch,
  { rows, createWriter }: { rows: number; createWriter: (name: string) => SpoolWriter },
): Promise<readonly [SpooledBatch, SpooledBatch]> {
  const first: SpoolFile[] = [];
  const rest: SpoolFile[] = [];
  let before = 0;
  for (const file of batch.files) {
    const wanted = rows - before;
    before += file.rows;
    if (wanted >= file.rows) first.push(file);
    else if (wanted <= 0) rest.push(file);
    else {
      const writers = [createWriter(randomUUID()), createWriter(randomUUID())] as const;
      await splitFile(file, { rows: wanted, writers });
      first.push(...(await writers[0].close()));
      rest.push(...(await writers[1].close()));
      await rm(file.path, { force: true });
    }
  }
  return [
    { ...batch, id: randomUUID(), files: first, rows },
    { ...batch, id: randomUUID(), files: rest, rows: batch.rows - rows },
  ];
}

async function splitFile(
  file: SpoolFile,
  { rows, writers }: { rows: number; writers: readonly [SpoolWriter, SpoolWriter] },
): Promise<void> {
  for await (const lines of readSpoolFile(file)) {
    for (const { line, row } of lines) writers[row <= rows ? 0 : 1].append(line, 1);
    await writers[0].relief();
  }
}
