import fc from "fast-check";
import { expect, it } from "vitest";
import { takeRecords } from "../../src/http/take-records.ts";
import type { WireAnswer } from "../../src/http/transport.ts";
import { large, readAll } from "./pages.ts";

/** An answer that arrives in these pieces. */
function arriving(pieces: readonly Uint8Array[]): WireAnswer {
  const rest = pieces.values();
  return { status: 200, headers: {}, read: async () => rest.next().value, destroy: () => undefined };
}

it.each([
  ["parsed at once", 1_000_000],
  ["read as it arrives", 100],
])("a page that is %s is the same however it is cut", async (_name, maxBufferedBytes) => {
  const page = { ...large, items: large.items.slice(0, 5) };
  const bytes = Buffer.from(JSON.stringify(page));
  const options = { stream: "items", recordsAt: "items", maxBufferedBytes, exactNumbers: false };
  const take = takeRecords({ ...options, redact: (text) => text });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (sizes) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes[pieces.length % sizes.length] ?? 1;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const head = { status: 200, headers: {}, url: "https://acme.test/x", skipped: false };
        const request = { method: "GET", url: head.url };
        const answer = await take({ head, request, wire: arriving(pieces) });
        expect(await readAll(answer)).toEqual(page.items);
        expect({ ...Object(answer.body()), items: [] }).toEqual({ ...page, items: [] });
      },
    ),
    { numRuns: 30, examples: [[[1]], [[2]], [[3]]] },
  );
});
