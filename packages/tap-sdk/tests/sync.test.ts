import { dateTime, integer, nullable, object } from "@chorale/singer";
import { expect, it } from "vitest";
import { Checkpoint, defineTap } from "../src/index.ts";
import { collect } from "./support/collect.ts";
import { serve } from "./support/local-server.ts";
import { catalogOf, now, runShop } from "./support/run-shop.ts";
import { orders, products, shop, shopRoute, tapShop } from "./support/shop.ts";
import { shopToken } from "./support/shop-replica.ts";

const at = "2026-06-01T00:00:00.000Z";

it("writes SCHEMA, RECORD and STATE lines exactly so", async () => {
  const { messages, requests, error } = await runShop({ select: ["products", "tags"] });
  expect(error).toBeUndefined();
  expect(messages).toEqual([
    {
      type: "SCHEMA",
      stream: "products",
      schema: {
        type: "object",
        properties: {
          id: { type: "integer" },
          changed: { type: ["null", "string"], format: "date-time" },
          tags: { type: ["null", "array"], items: { type: "string" } },
        },
        required: ["id"],
      },
      key_properties: ["id"],
      bookmark_properties: ["changed"],
    },
    {
      type: "RECORD",
      stream: "products",
      record: { id: 1, changed: "2026-02-01T00:00:00Z" },
      time_extracted: at,
    },
    { type: "RECORD", stream: "products", record: { id: 2, changed: null }, time_extracted: at },
    {
      type: "RECORD",
      stream: "products",
      record: { id: 3, changed: "2026-01-01T00:00:00Z", tags: ["a"] },
      time_extracted: at,
    },
    { type: "STATE", value: { currently_syncing: "products" } },
    {
      type: "STATE",
      value: { currently_syncing: "tags", bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } },
    },
    {
      type: "SCHEMA",
      stream: "tags",
      schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
      key_properties: ["name"],
    },
    { type: "RECORD", stream: "tags", record: { name: "red" }, time_extracted: at },
    { type: "RECORD", stream: "tags", record: { name: "blue" }, time_extracted: at },
    { type: "STATE", value: { bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } } },
  ]);
  expect(requests).toEqual(["/products", "/tags"]);
});

it("reads the children of a page, to any depth, before the page's state", async () => {
  const { messages, states } = await runShop({ select: ["orders", "order_lines", "line_notes"] });
  const pages: string[][] = [[]];
  for (const message of messages) {
    if (message.type === "RECORD") pages.at(-1)?.push(`${message.stream} ${String(message.record["id"])}`);
    if (message.type === "STATE") pages.push([]);
  }
  expect(pages.map((page) => page.toSorted().join(", "))).toEqual([
    "line_notes 111, line_notes 121, line_notes 122, order_lines 11, order_lines 12, order_lines 21, orders 1, orders 2",
    "orders 3, orders 4",
    "line_notes 511, order_lines 51, orders 5",
    "",
    "",
  ]);
  const bookmark = { updated_at: "2026-01-03T00:00:00Z", cursor: "5" };
  expect(states.at(-1)).toEqual({
    bookmarks: { orders: bookmark, order_lines: bookmark, line_notes: bookmark },
  });
});

it("emits nothing but the last state when nothing is selected", async () => {
  const { messages, requests } = await runShop({
    catalog: await catalogOf([]),
    state: { bookmarks: { x: { a: 1 } } },
  });
  expect({ messages, requests }).toEqual({
    messages: [{ type: "STATE", value: { bookmarks: { x: { a: 1 } } } }],
    requests: [],
  });
});

it("emits a state for a stream without records", async () => {
  const { messages } = await runShop({ select: ["tags"], data: { orders: [] } });
  expect(messages.slice(1)).toEqual([
    { type: "STATE", value: { currently_syncing: "tags" } },
    { type: "STATE", value: {} },
  ]);
});

it("keeps what it does not know of a state, and the bookmarks of streams that do not run", async () => {
  const state = { bookmarks: { products: { changed: "2026-01-15T00:00:00Z" }, gone: { id: 3 } }, other: [1] };
  const { lastState } = await runShop({ select: ["tags"], state });
  expect(lastState).toEqual(state);
});

it("goes on from the stream that was interrupted, and then reads those before it", async () => {
  const { briefs } = await runShop({
    select: ["orders", "products", "tags"],
    state: { currently_syncing: "products" },
  });
  expect(briefs.filter((line) => line.startsWith("SCHEMA"))).toEqual([
    "SCHEMA products",
    "SCHEMA tags",
    "SCHEMA orders",
  ]);
});

it("goes on with the next stream when it was stopped at the end of one without bookmarks", async () => {
  const select = ["tags", "products"];
  const { states } = await runShop({ select, state: { currently_syncing: "tags" } });
  expect(states[0]).toEqual({ currently_syncing: "products" });
  const { briefs } = await runShop({ select, state: { currently_syncing: "products" } });
  expect(briefs.find((line) => line.startsWith("SCHEMA"))).toBe("SCHEMA products");
});

it.each([
  { name: "nothing", state: {}, start: undefined, query: "?limit=2" },
  {
    name: "start_date",
    state: {},
    start: "2026-01-02T00:00:00Z",
    query: "?updated_since=2026-01-02T00%3A00%3A00Z&limit=2",
  },
  {
    name: "a bookmark",
    state: { bookmarks: { orders: { updated_at: "2026-01-03T00:00:00Z" } } },
    start: "2026-01-02T00:00:00Z",
    query: "?updated_since=2026-01-03T00%3A00%3A00Z&limit=2",
  },
  {
    name: "start_date where it is later than the bookmark, whose cursor is then of no use",
    state: { bookmarks: { orders: { updated_at: "2025-01-01T00:00:00Z", cursor: "1" } } },
    start: "2026-01-02T00:00:00Z",
    query: "?updated_since=2026-01-02T00%3A00%3A00Z&limit=2",
  },
  {
    name: "the cursor of a bookmark",
    state: { bookmarks: { orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "2" } } },
    start: undefined,
    query: "?limit=2&cursor=2",
  },
  {
    name: "a bookmark of the Meltano SDK",
    state: {
      bookmarks: {
        orders: {
          replication_key: "updated_at",
          replication_key_value: "2026-01-02T00:00:00Z",
          starting_replication_value: "2025-01-01T00:00:00Z",
        },
      },
    },
    start: undefined,
    query: "?updated_since=2026-01-02T00%3A00%3A00Z&limit=2",
  },
  {
    name: "the beginning, where the bookmark is of another replication key",
    state: { bookmarks: { orders: { replication_key: "created_at", replication_key_value: "2026-01-02" } } },
    start: undefined,
    query: "?limit=2",
  },
])("reads from $name on", async ({ state, start, query }) => {
  const config = start === undefined ? {} : { start_date: start };
  const { requests, lastState } = await runShop({ select: ["orders"], state, config });
  expect(requests[0]).toBe(`/orders${query}`);
  expect(lastState).toEqual({ bookmarks: { orders: { updated_at: "2026-01-03T00:00:00Z", cursor: "5" } } });
});

it("takes a number that another tap bookmarked for what its own bookmark would say", async () => {
  const epoch = Date.parse("2026-01-31T00:00:00Z") / 1000;
  const spelled = {
    ...products,
    bookmarkValue: ({ changed }: Readonly<Record<string, unknown>>) =>
      typeof changed === "number"
        ? new Date(changed * 1000).toISOString()
        : products.bookmarkValue({ changed }),
  };
  const { briefs, lastState } = await runShop({
    tap: defineTap({ ...tapShop, streams: [spelled] }),
    state: { bookmarks: { products: { changed: epoch } } },
    config: { start_date: "2026-01-15T00:00:00Z" },
  });
  expect(briefs).toEqual(["SCHEMA products", "products 1", "products 2"]);
  expect(lastState).toEqual({ bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } });
});

it("reads a stream for its children without emitting it", async () => {
  const { briefs, lastState, logs } = await runShop({
    select: ["order_lines"],
    catalog: await catalogOf(["order_lines"]),
  });
  expect(briefs.toSorted()).toEqual([
    "SCHEMA order_lines",
    "order_lines 11",
    "order_lines 12",
    "order_lines 21",
    "order_lines 51",
  ]);
  expect(lastState).toEqual({
    bookmarks: { order_lines: { updated_at: "2026-01-03T00:00:00Z", cursor: "5" } },
  });
  expect(logs[0]).toEqual({
    level: "info",
    message: "streams of this run",
    fields: {
      streams: ["order_lines"],
      read_for_children: ["orders"],
      left_out: {
        orders: "not selected",
        line_notes: "not selected",
        products: "not selected",
        tags: "not selected",
      },
    },
  });
});

it("asks nothing for streams below the selected ones", async () => {
  const { requests } = await runShop({ select: ["orders"] });
  expect(requests.filter((request) => !request.startsWith("/orders?"))).toEqual([]);
});

it("walks from the beginning for a child that was selected later, and emits no parent again", async () => {
  const { briefs, requests, lastState } = await runShop({
    select: ["orders", "order_lines"],
    state: { bookmarks: { orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "4" } } },
  });
  expect(requests[0]).toBe("/orders?limit=2");
  // Parents at the bookmark come again, because the bookmark is inclusive; those without a value too.
  expect(briefs.toSorted()).toEqual([
    "SCHEMA order_lines",
    "SCHEMA orders",
    "order_lines 11",
    "order_lines 12",
    "order_lines 21",
    "order_lines 51",
    "orders 2",
    "orders 3",
    "orders 4",
    "orders 5",
  ]);
  const bookmark = { updated_at: "2026-01-03T00:00:00Z", cursor: "5" };
  expect(lastState).toEqual({ bookmarks: { orders: bookmark, order_lines: bookmark } });
});

it("does not ask for the children that a child had before", async () => {
  const { briefs, requests } = await runShop({
    select: ["orders", "order_lines"],
    state: { bookmarks: { order_lines: { updated_at: "2026-01-03T00:00:00Z" } } },
  });
  expect(requests.filter((request) => request.includes("/lines"))).toEqual([
    "/orders/4/lines",
    "/orders/5/lines",
  ]);
  expect(briefs.filter((line) => line.startsWith("orders"))).toHaveLength(5);
});

it("does not move the bookmark of a stream that is ahead of the walk", async () => {
  const ahead = { updated_at: "2026-01-02T00:00:00Z", cursor: "3" };
  const { states } = await runShop({
    select: ["orders", "order_lines"],
    config: { page_size: 1 },
    state: { bookmarks: { orders: ahead } },
  });
  const bookmarks = states.map((state) => state.bookmarks);
  expect(bookmarks[0]).toEqual({
    orders: ahead,
    order_lines: { updated_at: "2026-01-01T00:00:00Z", cursor: "1" },
  });
  // At the bookmark, its position is that of the walk.
  const second = { updated_at: "2026-01-02T00:00:00Z", cursor: "2" };
  expect(bookmarks[1]).toEqual({ orders: second, order_lines: second });
});

it("uses the cursor that all streams of a family share", async () => {
  const bookmark = { updated_at: "2026-01-02T00:00:00Z", cursor: "4" };
  const { requests } = await runShop({
    select: ["orders", "order_lines"],
    state: { bookmarks: { orders: bookmark, order_lines: bookmark } },
  });
  expect(requests).toEqual(["/orders?limit=2&cursor=4", "/orders/5/lines"]);
});

it("uses no cursor where streams of one bookmark have two", async () => {
  const updated_at = "2026-01-02T00:00:00Z";
  const { requests } = await runShop({
    select: ["orders", "order_lines"],
    state: { bookmarks: { orders: { updated_at, cursor: "3" }, order_lines: { updated_at, cursor: "4" } } },
  });
  expect(requests[0]).toBe("/orders?updated_since=2026-01-02T00%3A00%3A00Z&limit=2");
});

it("moves the bookmark of an unsorted stream at its end, to the greatest value", async () => {
  const { states } = await runShop({ select: ["products"] });
  expect(states).toEqual([
    { currently_syncing: "products" },
    { currently_syncing: "products", bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } },
    { bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } },
  ]);
});

it("leaves out records before the bookmark where the API cannot, and keeps those without a value", async () => {
  const { briefs, lastState } = await runShop({
    select: ["products"],
    state: { bookmarks: { products: { changed: "2026-01-31T23:00:00-01:00" } } },
  });
  expect(briefs).toEqual(["SCHEMA products", "products 1", "products 2"]);
  expect(lastState).toEqual({ bookmarks: { products: { changed: "2026-02-01T00:00:00Z" } } });
});

it("leaves out records before start_date where the API cannot", async () => {
  const { briefs } = await runShop({ select: ["products"], config: { start_date: "2026-01-15T00:00:00Z" } });
  expect(briefs).toEqual(["SCHEMA products", "products 1", "products 2"]);
});

it("never moves a bookmark beyond the beginning of the run", async () => {
  const data = {
    orders: [{ id: 1, updated_at: "2027-01-01T00:00:00Z" }],
    products: [{ id: 1, changed: "2027-01-01T00:00:00Z" }],
  };
  const { lastState } = await runShop({ select: ["orders", "products"], data });
  expect(lastState).toEqual({
    bookmarks: { orders: { updated_at: at, cursor: "1" }, products: { changed: at } },
  });
});

it("never moves a bookmark backwards", async () => {
  const bookmark = { changed: "2026-03-01T00:00:00Z" };
  const unfiltered = defineTap({ ...tapShop, streams: [{ ...products, filteredBy: "server" as const }] });
  const { lastState, briefs } = await runShop({
    tap: unfiltered,
    state: { bookmarks: { products: bookmark } },
  });
  expect(lastState).toEqual({ bookmarks: { products: bookmark } });
  expect(briefs).toHaveLength(4);
});

it("takes a sorted stream that is out of order for unsorted from there on, with one warning", async () => {
  const data = {
    orders: [
      { id: 1, updated_at: "2026-01-02T00:00:00Z" },
      { id: 2, updated_at: "2026-01-01T00:00:00Z" },
      { id: 3, updated_at: "2026-01-03T00:00:00Z" },
      { id: 4, updated_at: "2026-01-01T00:00:00Z" },
    ],
  };
  const start = { updated_at: "2025-01-01T00:00:00Z" };
  const sorted = { ...orders, pages: withoutPositions(orders.pages) };
  const { states, briefs, logs } = await runShop({
    tap: defineTap({ ...tapShop, streams: [sorted] }),
    data,
    config: { page_size: 1 },
    state: { bookmarks: { orders: start } },
  });
  expect(briefs).toHaveLength(5);
  expect(states.map((state) => state.bookmarks?.["orders"])).toEqual([
    { updated_at: "2026-01-02T00:00:00Z" },
    start,
    { updated_at: "2026-01-03T00:00:00Z" },
    { updated_at: "2026-01-03T00:00:00Z" },
  ]);
  expect(logs.filter(({ level }) => level === "warn").map(({ fields }) => fields)).toEqual([
    { stream: "orders", after: "2026-01-02T00:00:00Z", found: "2026-01-01T00:00:00Z" },
  ]);
});

function withoutPositions(pages: typeof orders.pages): typeof orders.pages {
  return async function* (context) {
    for await (const { records } of pages(context)) yield { records };
  };
}

it("reads a child's own replication key where no stream above it has one", async () => {
  const shelves = shop.stream({
    name: "shelves",
    schema: object({ name: integer() }),
    keyProperties: ["name"],
    path: "tags",
    recordsAt: "tags",
  });
  const items = shop.stream({
    name: "items",
    schema: object({ id: integer(), changed: nullable(dateTime()) }),
    keyProperties: ["id"],
    replicationKey: "changed",
    sorted: true,
    parent: shelves,
    path: ({ parent }) => `shelves/${parent.name}`,
    searchParams: ({ bookmark }) => ({ since: bookmark }),
    recordsAt: "items",
  });
  const rows = [
    { id: 1, changed: "2026-01-02T00:00:00Z" },
    { id: 2, changed: "2026-01-01T00:00:00Z" },
  ];
  const run = await runShop({
    tap: defineTap({ ...tapShop, streams: [shelves, items] }),
    route: ({ path, query }) =>
      path === "/tags"
        ? { body: { tags: [{ name: 1 }, { name: 2 }] } }
        : {
            body: { items: rows.filter(({ id }) => path === `/shelves/${id}` || query.get("since") === "") },
          },
    state: { bookmarks: { items: { changed: "2025-01-01T00:00:00Z" } } },
  });
  expect(run.requests.toSorted()).toEqual([
    "/shelves/1?since=2025-01-01T00%3A00%3A00Z",
    "/shelves/2?since=2025-01-01T00%3A00%3A00Z",
    "/tags",
  ]);
  expect(run.states).toEqual([
    { currently_syncing: "shelves", bookmarks: { items: { changed: "2026-01-02T00:00:00Z" } } },
    { bookmarks: { items: { changed: "2026-01-02T00:00:00Z" } } },
  ]);
  expect(run.logs.filter(({ level }) => level === "warn")).toEqual([]);
});

it("reads a stream whole where the catalog says so", async () => {
  const catalog = await catalogOf(["orders"]);
  const [first, ...rest] = catalog.streams;
  const whole = {
    ...first,
    metadata: [{ breadcrumb: [], metadata: { selected: true, "replication-method": "FULL_TABLE" } }],
  };
  const { requests, messages, lastState } = await runShop({
    catalog: { streams: [Object.assign({}, first, whole), ...rest] },
    state: { bookmarks: { orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "2" } } },
    config: { page_size: 9 },
  });
  expect(requests).toEqual(["/orders?limit=9"]);
  expect(messages[0]).not.toHaveProperty("bookmark_properties");
  expect(lastState).toEqual({ bookmarks: { orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "2" } } });
});

it("takes properties as the catalog describes them, and those that it does not know as the tap does", async () => {
  const schema = {
    type: "object",
    properties: { tags: { type: ["null", "string"] }, color: { type: "string" } },
  };
  const catalog = {
    streams: [{ tap_stream_id: "products", stream: "products", schema, metadata: [] }],
  };
  const { messages } = await runShop({
    catalog,
    data: { orders: [], products: [{ id: 1, changed: null, color: "red", shape: "round" }] },
  });
  expect(messages.slice(0, 2)).toEqual([
    {
      type: "SCHEMA",
      stream: "products",
      schema: {
        type: "object",
        properties: {
          id: { type: "integer" },
          changed: { type: ["null", "string"], format: "date-time" },
          tags: { type: ["null", "string"] },
          color: { type: "string" },
        },
        required: ["id"],
      },
      key_properties: ["id"],
      bookmark_properties: ["changed"],
    },
    {
      type: "RECORD",
      stream: "products",
      record: { id: 1, changed: null, color: "red" },
      time_extracted: at,
    },
  ]);
});

it("counts answers that are skipped, and goes on", async () => {
  const { logs, error, briefs } = await runShop({ select: ["orders", "order_lines"] });
  expect(error).toBeUndefined();
  expect(briefs.filter((line) => line.startsWith("orders"))).toHaveLength(5);
  expect(logs.at(-1)).toEqual({
    level: "warn",
    message: "answers were skipped",
    fields: { skipped: { order_lines: 1 } },
  });
});

it("does not ask for children that a parent does not have", async () => {
  const picky = shop.stream({
    name: "order_lines",
    schema: object({ id: integer() }),
    keyProperties: ["id"],
    parent: orders,
    hasChildren: ({ id }) => id === 5,
    path: ({ parent }) => `orders/${parent.id}/lines`,
    recordsAt: "lines",
  });
  const { requests } = await runShop({ tap: defineTap({ ...tapShop, streams: [orders, picky] }) });
  expect(requests.filter((request) => request.includes("/lines"))).toEqual(["/orders/5/lines"]);
});

it("writes decimals with the digits of the source, and leaves undeclared properties out", async () => {
  const body = `{"orders":[
    {"id":1,"updated_at":null,"total":12345678901234567890.123456789,"customer":{"name":"a","shoe":44}},
    {"id":2,"updated_at":null,"total":"7.50","secret_plan":1,"__proto__":{"x":1}},
    {"id":3,"updated_at":null,"total":1E-7,"secret_plan":2}],"more":false}`;
  const { messages, logs } = await runShop({ select: ["orders"], route: () => ({ body }) });
  const records = messages.flatMap((message) => (message.type === "RECORD" ? [message.record] : []));
  expect(records).toEqual([
    { id: 1, updated_at: null, total: "12345678901234567890.123456789", customer: { name: "a", shoe: 44 } },
    { id: 2, updated_at: null, total: "7.50" },
    { id: 3, updated_at: null, total: "0.0000001" },
  ]);
  expect(logs.filter(({ message }) => message.includes("left out"))).toEqual([
    {
      level: "info",
      message: "orders: properties that its schema does not declare were left out",
      fields: {
        stream: "orders",
        undeclared: Object.fromEntries([
          ["secret_plan", 2],
          ["__proto__", 1],
        ]),
      },
    },
  ]);
});

it("works on children several at a time, no more than the client allows", async () => {
  let waiting: (() => void)[] = [];
  const data = {
    orders: Array.from({ length: 6 }, (_, id) => ({ id, updated_at: "2026-01-01T00:00:00Z" })),
    lines: Object.fromEntries(
      Array.from({ length: 6 }, (_, id) => [id, [{ id: id * 10 }, { id: id * 10 + 1 }]]),
    ),
  };
  const route = shopRoute(data);
  const { server, briefs } = await runShop({
    select: ["orders", "order_lines", "line_notes"],
    config: { page_size: 6 },
    data,
    // The first three answers below orders come together: only concurrent requests can get them.
    route: async (request) => {
      if (!/^\/orders\/[012]\/lines/.test(request.path)) return await route(request);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < 3) return;
        for (const go of waiting) go();
        waiting = [];
      });
      return await route(request);
    },
  });
  expect(server.peak()).toBe(3);
  expect(briefs.filter((line) => line.startsWith("order_lines"))).toHaveLength(12);
});

it("reads from two configurations at a time", async () => {
  const servers = await Promise.all(
    [1, 2].map((id) => serve(shopRoute({ orders: [], tags: [{ name: `t${id}` }] }))),
  );
  const runs = servers.map(({ url }) =>
    collect(tapShop.sync({ config: { base_url: url, api_token: shopToken }, select: ["tags"] })),
  );
  const names = (await Promise.all(runs)).map((messages) =>
    messages.flatMap((each) => (each.type === "RECORD" ? [each.record["name"]] : [])),
  );
  await Promise.all(servers.map((server) => server.close()));
  expect(names).toEqual([["t1"], ["t2"]]);
});

it("reads a custom stream page by checkpoint", async () => {
  const pulled: number[] = [];
  const windows = shop.customStream({
    name: "windows",
    schema: object({ id: integer() }),
    keyProperties: ["id"],
    replicationKey: "id",
    async *records({ position, startedAt, http }) {
      await http.request("GET", "tags");
      expect(startedAt).toEqual(now);
      const from = typeof position["window"] === "number" ? position["window"] : 0;
      for (let window = from; window < 3; window += 1) {
        pulled.push(window);
        yield { id: window * 10 + 1 };
        yield { id: window * 10 };
        yield new Checkpoint({ window: window + 1 });
      }
      yield { id: 99 };
    },
  });
  const tap = defineTap({ ...tapShop, streams: [windows] });
  const first = await runShop({ tap, until: ({ type }) => type === "STATE" });
  expect(first.lastState).toEqual({ currently_syncing: "windows", bookmarks: { windows: { window: 1 } } });
  const second = await runShop({ tap, state: first.lastState });
  expect(pulled.at(-1)).toBe(2);
  expect(second.briefs).toEqual([
    "SCHEMA windows",
    "windows 11",
    "windows 10",
    "windows 21",
    "windows 20",
    "windows 99",
  ]);
  expect(second.lastState).toEqual({ bookmarks: { windows: { id: 99, window: 3 } } });
});

it("finds the children of a stream that another tap put in its parent's place", async () => {
  const renamed = { ...orders, pages: orders.pages };
  const tap = defineTap({ ...tapShop, streams: [renamed, ...tapShop.streams.slice(1)] });
  const { briefs } = await runShop({ tap, select: ["line_notes"] });
  expect(briefs.filter((line) => line.startsWith("line_notes"))).toHaveLength(4);
});
