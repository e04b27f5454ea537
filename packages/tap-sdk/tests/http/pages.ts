import type { RecordsAnswer } from "../../src/http/http-client.ts";
import { serve } from "./test-server.ts";

export const items = { stream: "items", recordsAt: "items" };
/** So small that every body in these tests is streamed. */
export const streamed = { maxBufferedBytes: 1000 };

export async function readAll(answer: RecordsAnswer): Promise<Readonly<Record<string, unknown>>[]> {
  const records = [];
  for await (const record of answer.records) records.push(record);
  return records;
}

/** A server that sends this text, in pieces where it is told how. */
export function sending(text: string | Buffer, headers: Record<string, string> = {}) {
  return serve(({ response }) => {
    response.writeHead(200, headers);
    response.end(text);
  });
}

export const large = {
  count: 500,
  items: Array.from({ length: 500 }, (_, id) => ({
    id,
    name: `näme ${id} 🎻`,
    deep: { list: [id, null, true, "\n"] },
  })),
  meta: { has_more: true, after_cursor: "abc" },
};
