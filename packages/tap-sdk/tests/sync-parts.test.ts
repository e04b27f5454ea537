import { type Message, rawNumber } from "@chorale/singer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { chunksOf } from "../src/sync/chunks.ts";
import { Conformer } from "../src/sync/conform.ts";
import { Crew } from "../src/sync/crew.ts";
import { decimalText } from "../src/sync/decimals.ts";
import { MessageQueue } from "../src/sync/message-queue.ts";
import { isBefore, smallestStart, startOf } from "../src/sync/start.ts";
import { collect } from "./support/collect.ts";
import { type LogLine, logInto } from "./support/run-shop.ts";

function state(value: unknown): Message {
  return { type: "STATE", value };
}

it("hands every message of any number of writers to the reader, in each writer's order", async () => {
  const writers = fc.array(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(writers, async (bursts) => {
      const queue = new MessageQueue();
      let most = 0;
      let waiting = 0;
      const write = async (writer: number): Promise<void> => {
        let count = 0;
        for (const burst of bursts[writer] ?? []) {
          for (let index = 0; index < burst; index += 1) {
            const wait = queue.put(state([writer, count]));
            count += 1;
            waiting += 1;
            most = Math.max(most, waiting);
            if (wait !== undefined) await wait;
          }
          await Promise.resolve();
        }
      };
      void Promise.all(bursts.map((_, writer) => write(writer))).then(() => queue.end());
      const seen: number[][] = bursts.map(() => []);
      for await (const message of queue.read()) {
        waiting -= 1;
        if (message.type === "STATE" && Array.isArray(message.value))
          seen[message.value[0]]?.push(message.value[1]);
      }
      const totals = bursts.map((each) => each.reduce((sum, burst) => sum + burst, 0));
      expect(seen).toEqual(totals.map((total) => Array.from({ length: total }, (_, index) => index)));
      expect(most).toBeLessThanOrEqual(64 + bursts.length);
    }),
    { numRuns: 50 },
  );
});

it("hands out what came before an error, then the error", async () => {
  const queue = new MessageQueue();
  void queue.put(state(1));
  queue.fail(new Error("late"));
  const reader = queue.read();
  expect((await reader.next()).value).toEqual(state(1));
  await expect(reader.next()).rejects.toThrow("late");
});

it("tells writers that the reader has left", async () => {
  const queue = new MessageQueue();
  let wait: Promise<void> | undefined;
  while (wait === undefined) wait = queue.put(state(0));
  queue.close(new Error("gone"));
  await wait;
  await expect(queue.put(state(1))).rejects.toThrow("gone");
});

it("works on no more items at a time than the crew has hands, to any depth, and on all of them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (size, width, depth) => {
        const crew = new Crew(size);
        let leaves = 0;
        let active = 0;
        let most = 0;
        const work = async (level: number): Promise<void> => {
          if (level < depth)
            return await crew.each(
              Array.from({ length: width }, () => level + 1),
              work,
            );
          active += 1;
          most = Math.max(most, active);
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
          leaves += 1;
        };
        await work(0);
        expect(leaves).toBe(width ** depth);
        expect(most).toBeLessThanOrEqual(size);
        expect(most).toBeGreaterThanOrEqual(Math.min(size, width));
      },
    ),
    { numRuns: 60 },
  );
});

it("takes items from the list only when a hand is free, in order", async () => {
  const taken: number[] = [];
  const gate = Promise.withResolvers<void>();
  function* endless(): Generator<number, void, void> {
    for (let index = 0; index < 9; index += 1) {
      taken.push(index);
      yield index;
    }
  }
  const begun: number[] = [];
  const all = new Crew(3).each(endless(), async (item) => {
    begun.push(item);
    await gate.promise;
  });
  expect({ taken, begun }).toEqual({ taken: [0, 1, 2], begun: [0, 1, 2] });
  gate.resolve();
  await all;
  expect(begun).toHaveLength(9);
});

it("begins nothing more after a failure, and waits for what was begun", async () => {
  const ended: number[] = [];
  const crew = new Crew(2);
  const all = crew.each([0, 1, 2, 3, 4, 5], async (item) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (item === 0) throw new Error("first");
    await new Promise((resolve) => setImmediate(resolve));
    ended.push(item);
  });
  await expect(all).rejects.toThrow("first");
  expect(ended).toEqual([1]);
  // Hands that were lent come back.
  let most = 0;
  let active = 0;
  await crew.each([1, 2, 3], async () => {
    active += 1;
    most = Math.max(most, active);
    await new Promise((resolve) => setImmediate(resolve));
    active -= 1;
  });
  expect(most).toBe(2);
});

it.each([
  { value: 1.5, text: "1.5" },
  { value: 0, text: "0" },
  { value: -0.25, text: "-0.25" },
  { value: 1e21, text: "1000000000000000000000" },
  { value: 1e-7, text: "0.0000001" },
  { value: -1.5e-9, text: "-0.0000000015" },
  { value: rawNumber("1.10"), text: "1.10" },
  { value: rawNumber("12345678901234567890.123456789"), text: "12345678901234567890.123456789" },
  { value: rawNumber("1.25E+3"), text: "1250" },
  { value: rawNumber("-0e5"), text: "0" },
  { value: rawNumber("1e400"), text: "1e400" },
  { value: "7.50", text: "7.50" },
  { value: null, text: null },
  { value: true, text: true },
])("writes the decimal $value as $text", ({ value, text }) => {
  expect(decimalText(value)).toBe(text);
});

it("writes any double as digits that are the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = decimalText(value);
      expect(Object.is(Number(text), value) || value === 0).toBe(true);
      if (Math.abs(value) < 1e50 && Math.abs(value) > 1e-50) expect(text).toMatch(/^-?\d+(\.\d+)?$/);
    }),
  );
});

it("leaves a record that fits as it is, and does not copy it", () => {
  const conformer = new Conformer({ properties: { id: {}, price: {} } });
  const record = { id: 1, price: null };
  expect(conformer.conform(record)).toBe(record);
  expect(conformer.conform({ id: 1, shoe: 44 })).toEqual({ id: 1 });
  const open = new Conformer({ type: "object" });
  const anything = { x: 1 };
  expect(open.conform(anything)).toBe(anything);
});

it("names no more undeclared properties than a log line can hold", () => {
  const lines: LogLine[] = [];
  const conformer = new Conformer({ properties: { id: {} } });
  for (let key = 0; key < 80; key += 1) conformer.conform({ id: 1, [`k${key}`]: 1 });
  conformer.report("s", logInto(lines));
  const undeclared = Object(lines[0]?.fields["undeclared"]);
  expect({ count: Object.keys(undeclared).length, rest: undeclared["…"] }).toEqual({ count: 51, rest: 30 });
});

it("finds decimals at any depth", () => {
  const decimal = { type: ["null", "string"], format: "x-singer.decimal" };
  const conformer = new Conformer({
    properties: {
      a: { type: "array", items: { properties: { p: decimal } } },
      o: { properties: { q: decimal } },
    },
  });
  expect(conformer.conform({ a: [{ p: 1.5, n: 2 }, null], o: { q: null, r: 3 } })).toEqual({
    a: [{ p: "1.5", n: 2 }, null],
    o: { q: null, r: 3 },
  });
});

async function* flowing(count: number): AsyncGenerator<{ id: number }, void, void> {
  for (let id = 0; id < count; id += 1) yield { id };
}

it.each([
  { count: 0, limit: 9, sizes: [] },
  { count: 3, limit: 9, sizes: [3] },
  { count: 1200, limit: 5000, sizes: [500, 500, 200] },
  { count: 1000, limit: 5000, sizes: [500, 500] },
  { count: 1200, limit: 600, sizes: [500, 100] },
  { count: 5, limit: 1, sizes: [1] },
])("cuts $count records, up to $limit, into pieces of $sizes", async ({ count, limit, sizes }) => {
  const list = Array.from({ length: count }, (_, id) => ({ id }));
  const ofList = (await collect(chunksOf(list, { limit, size: 500 }))).map((chunk) => chunk.length);
  const ofFlow = (await collect(chunksOf(flowing(count), { limit, size: 500 }))).map((chunk) => chunk.length);
  expect({ ofList, ofFlow }).toEqual({ ofList: sizes, ofFlow: sizes });
});

it("hands out what was read before a failure, and then throws", async () => {
  const failing = async function* (): AsyncGenerator<{ id: number }, void, void> {
    yield* flowing(7);
    throw new Error("no more");
  };
  const sizes: number[] = [];
  const reading = (async () => {
    for await (const chunk of chunksOf(failing(), { limit: 100, size: 5 })) sizes.push(chunk.length);
  })();
  await expect(reading).rejects.toThrow("no more");
  expect(sizes).toEqual([5, 2]);
});

const date = "2026-01-02T00:00:00Z";
const spelled = (value: number): number => value;

it.each([
  { name: "nothing", bookmark: undefined, startDate: undefined, start: { value: undefined, position: {} } },
  { name: "a value", bookmark: { at: date }, startDate: undefined, start: { value: date, position: {} } },
  {
    name: "a value and more",
    bookmark: { at: date, c: 1 },
    startDate: undefined,
    start: { value: date, position: { c: 1 } },
  },
  {
    name: "a cursor alone",
    bookmark: { c: 1 },
    startDate: "2026-01-03",
    start: { value: "2026-01-03", position: { c: 1 } },
  },
  {
    name: "an equal start_date",
    bookmark: { at: date, c: 1 },
    startDate: "2026-01-01T23:00:00-01:00",
    start: { value: date, position: { c: 1 } },
  },
  {
    name: "a later start_date",
    bookmark: { at: date, c: 1 },
    startDate: "2026-01-02T00:00:01Z",
    start: { value: "2026-01-02T00:00:01Z", position: {} },
  },
  {
    name: "a count, which no date is later than",
    bookmark: { at: 7, c: 1 },
    startDate: "2026-01-03T00:00:00Z",
    start: { value: 7, position: { c: 1 } },
  },
  {
    name: "a value that is no value",
    bookmark: { at: { x: 1 } },
    startDate: undefined,
    start: { value: undefined, position: {} },
  },
  {
    name: "partitions of another SDK",
    bookmark: { partitions: [{ context: {}, at: date }] },
    startDate: undefined,
    start: { value: undefined, position: {} },
  },
])("starts from $name", ({ bookmark, startDate, start }) => {
  const bookmarks = bookmark === undefined ? {} : { s: bookmark };
  const found = startOf({ stream: "s", replicationKey: "at", spelled, state: { bookmarks }, startDate });
  expect({ value: found.value, position: found.position }).toEqual(start);
});

it.each([
  { name: "none", starts: [], start: { value: undefined, position: {} } },
  {
    name: "the one without a value",
    starts: [{ at: 1, c: 1 }, {}],
    start: { value: undefined, position: {} },
  },
  {
    name: "the smaller",
    starts: [
      { at: 10, c: 1 },
      { at: 9, c: 2 },
    ],
    start: { value: 9, position: { c: 2 } },
  },
  {
    name: "the smaller of numbers beyond doubles",
    starts: [{ at: rawNumber("9007199254740993") }, { at: 9007199254740992 }],
    start: { value: 9007199254740992, position: {} },
  },
  {
    name: "one cursor for all",
    starts: [
      { at: 1, c: 1 },
      { at: 1, c: 1 },
    ],
    start: { value: 1, position: { c: 1 } },
  },
  {
    name: "no cursor where there are two",
    starts: [
      { at: 1, c: 1 },
      { at: 1, c: 2 },
    ],
    start: { value: 1, position: {} },
  },
  {
    name: "no cursor where one has none",
    starts: [{ at: 1 }, { at: 1, c: 2 }],
    start: { value: 1, position: {} },
  },
  {
    name: "the beginning where one has but a cursor",
    starts: [{ c: 2 }, {}],
    start: { value: undefined, position: {} },
  },
])("begins a walk of several streams at $name", ({ starts, start }) => {
  const state = { bookmarks: Object.fromEntries(starts.map((bookmark, index) => [`s${index}`, bookmark])) };
  const all = starts.map((_, index) =>
    startOf({ stream: `s${index}`, replicationKey: "at", spelled, state, startDate: undefined }),
  );
  expect(smallestStart(all)).toEqual(start);
  expect(smallestStart(all.toReversed())).toEqual(start);
});

it.each([
  { value: "2026-01-01", other: "2026-01-02", before: true },
  { value: "2026-01-02T00:00:00+01:00", other: "2026-01-02T00:00:00Z", before: true },
  { value: 9, other: 10, before: true },
  { value: "9", other: 10, before: true },
  { value: 10, other: 10, before: false },
  { value: 5, other: "2026-01-01", before: false },
  { value: "2026-01-01", other: 5, before: false },
])("says that $value is before $other: $before", ({ value, other, before }) => {
  expect(isBefore(value, other)).toBe(before);
});
