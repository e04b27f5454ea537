import type { AnyRecord } from "../definitions.ts";

/** How records are cut into chunks. */
export interface ChunkOptions {
  /** How many records there are at most, in all. */
  readonly limit: number;
  /** How many records are in hand at a time. */
  readonly size: number;
}

/** Cuts a page's records into lists of bounded size, and ends after `limit` records. */
export async function* chunksOf(
  records: readonly AnyRecord[] | AsyncIterable<AnyRecord>,
  { limit, size }: ChunkOptions,
): AsyncGenerator<readonly AnyRecord[], void, void> {
  if (isList(records)) {
    const count = Math.min(records.length, limit);
    for (let start = 0; start < count; start += size) {
      yield records.slice(start, Math.min(start + size, count));
    }
    return;
  }
  yield* chunksOfFlow(records, { limit, size });
}

async function* chunksOfFlow(
  records: AsyncIterable<AnyRecord>,
  { limit, size }: ChunkOptions,
): AsyncGenerator<readonly AnyRecord[], void, void> {
  let remaining = limit;
  let chunk: AnyRecord[] = [];
  try {
    for await (const record of records) {
      chunk.push(record);
      remaining -= 1;
      if (remaining <= 0) break;
      if (chunk.length === size) {
        yield chunk;
        chunk = [];
      }
    }
  } catch (error) {
    // No state speaks of them, so they come again; and whoever looks for the failure sees how far it went.
    if (chunk.length > 0) yield chunk;
    throw error;
  }
  if (chunk.length > 0) yield chunk;
}

function isList(records: readonly AnyRecord[] | AsyncIterable<AnyRecord>): records is readonly AnyRecord[] {
  return Array.isArray(records);
}
