import { ApiError, AuthenticationError, ConfigError, type Message } from "@chorale/singer";
import { expect, it } from "vitest";
import { defineTap } from "../src/index.ts";
import { collect } from "./support/collect.ts";
import { serve } from "./support/local-server.ts";
import { catalogOf, runShop } from "./support/run-shop.ts";
import { byCursor, lines, orders, shop, shopRoute, tags, tapShop } from "./support/shop.ts";
import { shopData, shopToken } from "./support/shop-replica.ts";

const route = shopRoute(shopData);

it("runs the other streams when one fails, and throws the first error", async () => {
  const { briefs, states, error, logs, requests } = await runShop({
    route: (request) =>
      request.path === "/orders" || request.path === "/tags"
        ? { status: 400, body: { error: "bad" } }
        : route(request),
  });
  expect(ApiError.isInstance(error) && error.url.includes("/orders")).toBe(true);
  expect(briefs.filter((line) => !line.startsWith("SCHEMA"))).toEqual([
    "products 1",
    "products 2",
    "products 3",
  ]);
  expect(states.at(-1)).toEqual({ bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } });
  expect(requests).toHaveLength(3);
  // The error that is thrown is told by whoever catches it; the other one only here.
  expect(logs.filter(({ level }) => level === "error").map(({ fields }) => fields)).toEqual([
    { stream: "tags" },
  ]);
  expect(logs.filter(({ message }) => message === "orders failed; the other streams still run")).toHaveLength(
    1,
  );
});

it("fails the family, with the state of the page before, when a child fails", async () => {
  const { states, error, briefs } = await runShop({
    select: ["orders", "order_lines", "tags"],
    route: (request) => (request.path === "/orders/5/lines" ? { status: 400 } : route(request)),
  });
  expect(ApiError.isInstance(error)).toBe(true);
  expect(states.at(-1)?.bookmarks).toEqual({
    orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "4" },
    order_lines: { updated_at: "2026-01-02T00:00:00Z", cursor: "4" },
  });
  expect(briefs).toContain("tags red");
});

it("does not speak of other streams where there are none", async () => {
  const { error, logs } = await runShop({ select: ["tags"], route: () => ({ status: 400 }) });
  expect(ApiError.isInstance(error)).toBe(true);
  expect(logs.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
});

it("begins no further child after one failed", async () => {
  const data = {
    orders: Array.from({ length: 50 }, (_, id) => ({ id, updated_at: "2026-01-01T00:00:00Z" })),
    lines: Object.fromEntries(Array.from({ length: 50 }, (_, id) => [id, []])),
  };
  const { requests, error } = await runShop({
    select: ["order_lines"],
    config: { page_size: 50 },
    route: (request) => (request.path === "/orders/0/lines" ? { status: 400 } : shopRoute(data)(request)),
  });
  expect(ApiError.isInstance(error)).toBe(true);
  expect(requests.length).toBeLessThan(20);
});

it("ends what other children are reading when one fails", async () => {
  const paged = shop.stream({
    name: "order_lines",
    schema: lines.schema,
    keyProperties: ["id"],
    parent: orders,
    path: ({ parent }) => `orders/${parent.id}/lines`,
    recordsAt: "lines",
    pagination: byCursor,
  });
  const { requests, error } = await runShop({
    tap: defineTap({ ...tapShop, streams: [orders, paged] }),
    route: async (request) => {
      if (request.path === "/orders") return await route(request);
      if (request.path === "/orders/1/lines") return { status: 400 };
      return { body: { lines: [], next: "more", more: true } };
    },
  });
  expect(ApiError.isInstance(error)).toBe(true);
  // Without an end of its own the other child would be read for ever.
  expect(requests).toContain("/orders/2/lines");
});

it("ends at once for refused credentials", async () => {
  const { error, requests, states } = await runShop({ route: () => ({ status: 401 }) });
  expect(AuthenticationError.isInstance(error)).toBe(true);
  expect(requests.every((request) => request.startsWith("/orders"))).toBe(true);
  expect(states).toEqual([]);
});

it("ends at once for a wrong setting that a stream finds", async () => {
  const broken = shop.customStream({
    name: "broken",
    schema: orders.schema,
    keyProperties: ["id"],
    // biome-ignore lint/correctness/useYield: it throws before it yields
    async *records() {
      throw new ConfigError("config: nothing goes. Change it.");
    },
  });
  const { error, requests } = await runShop({ tap: defineTap({ ...tapShop, streams: [broken, tags] }) });
  expect(ConfigError.isInstance(error)).toBe(true);
  expect(requests).toEqual([]);
});

it.each([
  {
    name: "a stream that the tap does not have",
    catalog: async () => ({
      streams: [{ tap_stream_id: "invoices", stream: "invoices", schema: {}, metadata: [] }],
    }),
    message:
      'catalog: tap-shop has no stream "invoices". It has: orders, order_lines, line_notes, products, tags. Make the catalog again with --discover.',
  },
  {
    name: "a rule that selects nothing",
    catalog: () => catalogOf(["tags"]),
    select: ["tags", "invoices.*", "orders.shoe"],
    message:
      "select: invoices.*, orders.shoe matches no stream and no property. The streams are: orders, order_lines, line_notes, products, tags.",
  },
])("refuses $name", async ({ catalog, select, message }) => {
  const { error, requests } = await runShop({ catalog: await catalog(), select });
  expect(ConfigError.isInstance(error) && error.message).toBe(message);
  expect(requests).toEqual([]);
});

it("passes over a stream of the catalog that the tap no longer has, when it is deselected", async () => {
  const { streams } = await catalogOf(["tags"]);
  const gone = {
    tap_stream_id: "gone",
    stream: "gone",
    schema: {},
    metadata: [{ breadcrumb: [], metadata: { selected: false } }],
  };
  const { error, briefs } = await runShop({ catalog: { streams: [...streams, gone] } });
  expect(error).toBeUndefined();
  expect(briefs).toEqual(["SCHEMA tags", "tags red", "tags blue"]);
});

it("leaves out streams that the catalog does not list", async () => {
  const { streams } = await catalogOf(["orders", "tags"]);
  const { briefs, logs } = await runShop({
    catalog: { streams: streams.filter((each) => each.stream === "tags") },
  });
  expect(briefs).toEqual(["SCHEMA tags", "tags red", "tags blue"]);
  expect(logs[0]?.fields["left_out"]).toEqual({
    orders: "not in the catalog",
    order_lines: "not in the catalog",
    line_notes: "not in the catalog",
    products: "not in the catalog",
  });
});

it("refuses a config that lacks a setting, before anything is asked", async () => {
  const { error, requests } = await runShop({ config: { api_token: null } });
  expect(ConfigError.isInstance(error) && error.message).toContain('"api_token"');
  expect(requests).toEqual([]);
});

it("throws what a signal was aborted with, and ends what waits", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const { error, briefs, states } = await runShop({
    signal: stop.signal,
    select: ["orders", "order_lines"],
    config: { page_size: 1 },
    route: async (request) => {
      if (request.path === "/orders/2/lines") {
        stop.abort(reason);
        await new Promise<never>(() => undefined);
      }
      return await route(request);
    },
  });
  expect(error).toBe(reason);
  expect(briefs).toContain("order_lines 11");
  expect(states.at(-1)?.bookmarks?.["orders"]).toEqual({ updated_at: "2026-01-01T00:00:00Z", cursor: "1" });
});

it("does not take a stream that stops because of the signal for one that ended", async () => {
  const stop = new AbortController();
  const hasty = shop.customStream({
    name: "hasty",
    schema: orders.schema,
    keyProperties: ["id"],
    replicationKey: "updated_at",
    async *records({ signal }) {
      yield { id: 1, updated_at: "2026-01-02T00:00:00Z" };
      stop.abort(new Error("enough"));
      if (signal.aborted) return;
      yield { id: 2, updated_at: "2026-01-01T00:00:00Z" };
    },
  });
  const { error, states } = await runShop({
    tap: defineTap({ ...tapShop, streams: [hasty] }),
    signal: stop.signal,
  });
  expect(error).toBe(stop.signal.reason);
  expect(states).toEqual([]);
});

it("takes no list of pages that ends because of the signal for a whole one", async () => {
  const stop = new AbortController();
  const hasty = {
    ...orders,
    sorted: false,
    async *pages() {
      yield { records: [{ id: 1, updated_at: "2026-01-02T00:00:00Z" }] };
      stop.abort(new Error("enough"));
    },
  };
  const tap = defineTap({ ...tapShop, streams: [hasty] });
  const { error, lastState } = await runShop({ tap, signal: stop.signal });
  expect(error).toBe(stop.signal.reason);
  expect(lastState).toEqual({ currently_syncing: "orders" });
});

it("does nothing when the signal was aborted before", async () => {
  const reason = new Error("never mind");
  const { error, messages, requests } = await runShop({ signal: AbortSignal.abort(reason) });
  expect({ error, messages, requests }).toEqual({ error: reason, messages: [], requests: [] });
});

/** A shop of endless pages, each of `size` orders. */
function endless(size: number) {
  return {
    ...shopData,
    route: ({ path, query }: { path: string; query: URLSearchParams }) => {
      if (path !== "/orders") return { body: { lines: [{ id: 1 }] } };
      const page = Number(query.get("cursor") ?? "0");
      const rows = Array.from({ length: size }, (_, n) => ({
        id: page * size + n,
        updated_at: "2026-01-01T00:00:00Z",
      }));
      return { body: { orders: rows, next: String(page + 1), more: true } };
    },
  };
}

it("asks no faster than its reader reads", async () => {
  const server = await serve(endless(100).route);
  const run = tapShop.sync({ config: { base_url: server.url, api_token: shopToken }, select: ["orders"] });
  const counts: number[] = [];
  for (let index = 0; index < 1001; index += 1) {
    await run.next();
    if (index % 100 === 0) counts.push(server.requests.length);
  }
  // SCHEMA and ten pages with their states were read: no more than the next page was asked for.
  expect(server.requests.length).toBeLessThanOrEqual(11);
  expect(counts).toEqual(counts.toSorted((left, right) => left - right));
  await run.return();
  const made = server.requests.length;
  expect((await run.next()).done).toBe(true);
  expect(server.requests.length).toBe(made);
  await server.close();
});

it("ends requests and children when its reader leaves", async () => {
  const entered = Promise.withResolvers<void>();
  const server = await serve(async ({ path, query }) => {
    if (path === "/orders") return endless(20).route({ path, query });
    entered.resolve();
    return await new Promise<never>(() => undefined);
  });
  const run = tapShop.sync({
    config: { base_url: server.url, api_token: shopToken },
    select: ["orders", "order_lines"],
  });
  const first: Message[] = [];
  for await (const message of run) {
    first.push(message);
    if (first.length < 22) continue;
    await entered.promise;
    break;
  }
  // Leaving the loop waited until all was closed: the server has nobody to answer.
  expect(first).toHaveLength(22);
  await server.close();
});

it("closes its connections in the end", async () => {
  const server = await serve(route);
  await collect(tapShop.sync({ config: { base_url: server.url, api_token: shopToken } }));
  await server.unconnected();
  await server.close();
});

it("ends a custom stream in order when its reader leaves", async () => {
  const steps: string[] = [];
  const careful = shop.customStream({
    name: "careful",
    schema: orders.schema,
    keyProperties: ["id"],
    async *records() {
      try {
        for (let id = 0; ; id += 1) yield { id };
      } finally {
        steps.push("cleaned up");
      }
    },
  });
  const tap = defineTap({ ...tapShop, streams: [careful] });
  await runShop({ tap, until: ({ type }) => type === "RECORD" });
  expect(steps).toEqual(["cleaned up"]);
});

it("may be left before it began, and read to its end twice", async () => {
  const run = tapShop.sync({ config: {} });
  await run.return();
  expect(await run.next()).toEqual({ done: true, value: undefined });
});
