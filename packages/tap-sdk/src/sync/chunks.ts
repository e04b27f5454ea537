import type { AnyRecord } from "../definitions.ts";

/** Records that are in hand at a time: enough to keep the readers of their children busy. */
const chunkSize = 500;

/** Cuts a page's records into lists of bounded size, and ends after `limit` records. */
export async function* chunksOf(
  records: readonly AnyRecord[] | AsyncIterable<AnyRecord>,
  limit: number,
): AsyncGenerator<readonly AnyRecord[], void, void> {
  if (isList(records)) {
    const count = Math.min(records.length, limit);
    for (let start = 0; start < count; start += chunkSize) {
      yield records.slice(start, Math.min(start + chunkSize, count));
    }
    return;
  }
  let remaining = limit;
  let chunk: AnyRecord[] = [];
  for await (const record of records) {
    chunk.push(record);
    remaining -= 1;
    if (remaining <= 0) break;
    if (chunk.length === chunkSize) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function isList(records: readonly AnyRecord[] | AsyncIterable<AnyRecord>): records is readonly AnyRecord[] {
  return Array.isArray(records);
}
