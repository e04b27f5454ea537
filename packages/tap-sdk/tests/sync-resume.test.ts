import type { Message, State } from "@chorale/singer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { defineTap } from "../src/index.ts";
import { collect } from "./support/collect.ts";
import { serve } from "./support/local-server.ts";
import { lines, notes, orders, type ShopData, shopRoute, tapShop } from "./support/shop.ts";
import { shopToken } from "./support/shop-replica.ts";

const day = (number: number): string => `2026-01-${String(number + 1).padStart(2, "0")}T00:00:00Z`;

/** Orders in the API's order, with values that repeat, and children for some. */
const shops: fc.Arbitrary<ShopData> = fc
  .array(fc.record({ day: fc.nat(5), lines: fc.nat(2), notes: fc.nat(2) }), { minLength: 1, maxLength: 12 })
  .map((rows) => {
    const sorted = rows.toSorted((left, right) => left.day - right.day);
    const lineIds = sorted.map((row, id) =>
      Array.from({ length: row.lines }, (_, n) => ({ id: id * 10 + n })),
    );
    return {
      orders: sorted.map((row, id) => ({ id, updated_at: day(row.day) })),
      lines: Object.fromEntries(lineIds.map((of, id) => [id, of])),
      notes: Object.fromEntries(
        lineIds.flatMap((of, index) =>
          of.map(({ id }) => [
            id,
            Array.from({ length: sorted[index]?.notes ?? 0 }, (_, n) => ({ id: id * 10 + n })),
          ]),
        ),
      ),
    };
  });

const selections = fc.subarray(["orders", "order_lines", "line_notes"], { minLength: 1 });

/** Without cursors a bookmark is a value alone, and a resumed walk repeats those at it. */
const cursorless = {
  ...orders,
  pages: (context: Parameters<typeof orders.pages>[0]) => withoutPositions(orders.pages(context)),
};

async function* withoutPositions(
  pages: ReturnType<typeof orders.pages>,
): ReturnType<typeof orders.pages> & AsyncGenerator {
  for await (const { records } of pages) yield { records };
}

const taps = {
  cursors: defineTap({ ...tapShop, streams: [orders, lines, notes] }),
  values: defineTap({ ...tapShop, streams: [cursorless, lines, notes] }),
};

interface Runs {
  run(options: { select: readonly string[]; state: State; stopAfter?: number }): Promise<readonly Message[]>;
}

async function withRuns(
  facts: { data: ShopData; pageSize: number; kind: keyof typeof taps },
  use: (runs: Runs) => Promise<void>,
): Promise<void> {
  const server = await serve(shopRoute(facts.data));
  const config = { base_url: server.url, api_token: shopToken, page_size: facts.pageSize };
  const run: Runs["run"] = async ({ stopAfter = Number.POSITIVE_INFINITY, ...options }) =>
    collect(take(taps[facts.kind].sync({ config, ...options }), stopAfter));
  try {
    await use({ run });
  } finally {
    await server.close();
  }
}

async function* take(messages: AsyncIterable<Message>, count: number): AsyncGenerator<Message, void, void> {
  let left = count;
  for await (const message of messages) {
    yield message;
    left -= 1;
    if (left <= 0) return;
  }
}

function keys(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((each) =>
    each.type === "RECORD" ? [`${each.stream} ${String(each.record["id"])}`] : [],
  );
}

function lastState(messages: readonly Message[]): { state: State; index: number } {
  const index = messages.findLastIndex(({ type }) => type === "STATE");
  const found = messages[index];
  return { index, state: found?.type === "STATE" ? Object(found.value) : {} };
}

it.each(["cursors", "values"] as const)(
  "loses nothing, whatever is selected and wherever it is stopped, with %s",
  async (kind) => {
    const stop = fc.nat(40);
    await fc.assert(
      fc.asyncProperty(
        shops,
        fc.integer({ min: 1, max: 4 }),
        selections,
        selections,
        stop,
        async (data, pageSize, before, after, stopAfter) => {
          await withRuns({ data, pageSize, kind }, async ({ run }) => {
            const whole = new Set(keys(await run({ select: after, state: {} })));
            const first = await run({ select: before, state: {}, stopAfter: stopAfter + 1 });
            const { state, index } = lastState(first);
            // What came before the state is loaded; what came after it may be lost.
            const loaded = keys(first.slice(0, index + 1));
            const second = await run({ select: after, state });
            const known = new Set([...loaded, ...keys(second)]);
            expect([...whole].filter((key) => !known.has(key))).toEqual([]);
          });
        },
      ),
      { numRuns: 40 },
    );
  },
);

it("repeats nothing but what lies at the bookmark", async () => {
  await fc.assert(
    fc.asyncProperty(shops, fc.integer({ min: 1, max: 4 }), fc.nat(40), async (data, pageSize, stopAfter) => {
      await withRuns({ data, pageSize, kind: "values" }, async ({ run }) => {
        const select = ["orders"];
        const first = await run({ select, state: {}, stopAfter: stopAfter + 1 });
        const { state, index } = lastState(first);
        const bookmark = Object(state.bookmarks?.["orders"]).updated_at;
        const loaded = new Set(keys(first.slice(0, index + 1)));
        const again = (await run({ select, state })).filter((each) =>
          keys([each]).some((key) => loaded.has(key)),
        );
        for (const each of again) expect(each.type === "RECORD" && each.record["updated_at"]).toBe(bookmark);
      });
    }),
    { numRuns: 25 },
  );
});
