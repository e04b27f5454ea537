import { AuthenticationError, ConfigError, integer, nullable, object, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type AnyStream, defineTap, type StreamFinding, type Tap } from "../src/index.ts";
import { type Answer, type LocalServer, type Route, serve } from "./support/local-server.ts";
import { catalogOf, type LogLine, logInto, runShop } from "./support/run-shop.ts";
import {
  lines,
  notes,
  orders,
  products,
  type ShopConfig,
  shop,
  shopRoute,
  tags,
  tapShop,
} from "./support/shop.ts";
import { shopData, shopToken } from "./support/shop-replica.ts";

/** A stream whose columns the account decides, and that some accounts do not have. */
const extras = shop.stream({
  name: "extras",
  schema: object({ id: integer(), note: nullable(string()) }),
  keyProperties: ["id"],
  path: "extras",
  recordsAt: "extras",
  discover: async ({ http }): Promise<StreamFinding> => {
    const { status, body } = await http.request("GET", "extras/columns", {
      classify: ({ status: code }) => (code === 403 ? "skip" : undefined),
    });
    if (status === 403) return { unavailable: "not in this plan" };
    const names: unknown = Reflect.get(Object(body), "columns");
    const columns = Array.isArray(names) ? names.map(String) : [];
    return {
      properties: Object.fromEntries(columns.map((name) => [name, { type: ["null", "string"] }])),
      facts: columns,
    };
  },
  transform: (record, { finding }) => ({ ...record, note: String(finding.facts) }),
});

const parts = shop.stream({
  name: "parts",
  schema: object({ id: integer() }),
  keyProperties: ["id"],
  parent: extras,
  path: "parts",
  recordsAt: "parts",
});

const tap: Tap<ShopConfig> = defineTap({ ...tapShop, streams: [...tapShop.streams, extras, parts] });

function extrasRoute(columns: Answer): Route {
  const rest = shopRoute(shopData);
  return (request) => {
    if (request.path === "/extras/columns") return columns;
    if (request.path === "/extras") return { body: { extras: [{ id: 1, color: "red", size: "L" }] } };
    if (request.path === "/parts") return { body: { parts: [{ id: 7 }] } };
    return rest(request);
  };
}

const colored: Answer = { body: { columns: ["color"] } };

async function withServer<T>(route: Route, work: (server: LocalServer) => Promise<T>): Promise<T> {
  const server = await serve(route);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

describe("discovery", () => {
  it("without a configuration lists all streams as they are defined", async () => {
    const { streams } = await tap.discover();
    expect(streams.map(({ stream }) => stream)).toEqual(tap.streams.map(({ name }) => name));
    expect(Object.keys(streams.find(({ stream }) => stream === "extras")?.schema.properties ?? {})).toEqual([
      "id",
      "note",
    ]);
  });

  it("with one asks each stream that has a question, and joins what it answers", async () => {
    await withServer(extrasRoute(colored), async ({ url, requests }) => {
      const { streams } = await tap.discover({ config: { base_url: url, api_token: shopToken } });
      expect(requests).toEqual(["/extras/columns"]);
      expect(streams.length).toBe(tap.streams.length);
      const entry = streams.find(({ stream }) => stream === "extras");
      expect(entry?.schema.properties).toEqual({
        id: { type: "integer" },
        note: { type: ["null", "string"] },
        color: { type: ["null", "string"] },
      });
      expect(entry?.metadata).toContainEqual({
        breadcrumb: ["properties", "color"],
        metadata: { inclusion: "available" },
      });
    });
  });

  it("leaves out what the account does not have, and all below it, and says why", async () => {
    await withServer(extrasRoute({ status: 403 }), async ({ url }) => {
      const logs: LogLine[] = [];
      const config = { base_url: url, api_token: shopToken };
      const { streams } = await tap.discover({ config, log: logInto(logs) });
      expect(streams.map(({ stream }) => stream)).toEqual(tapShop.streams.map(({ name }) => name));
      expect(logs.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
        "extras is left out: not in this plan",
        "parts is left out: extras: not in this plan",
      ]);
    });
  });

  it("throws refused credentials on, and leaves no connection", async () => {
    await withServer(extrasRoute({ status: 401 }), async ({ url, unconnected }) => {
      const config = { base_url: url, api_token: shopToken };
      await expect(tap.discover({ config })).rejects.toThrow(AuthenticationError);
      await unconnected();
    });
  });

  it("refuses a wrong configuration before any request", async () => {
    await expect(tap.discover({ config: { base_url: "http://127.0.0.1:1" } })).rejects.toThrow(ConfigError);
  });

  it("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const route: Route = async () => {
      stop.abort(new Error("enough"));
      return await new Promise<undefined>(() => undefined);
    };
    await withServer(route, async ({ url }) => {
      const config = { base_url: url, api_token: shopToken };
      await expect(tap.discover({ config, signal: stop.signal })).rejects.toThrow("enough");
    });
  });
});

describe("a run", () => {
  it("asks the account about the streams that it reads, and about no other", async () => {
    const catalog = await catalogOf(["tags"], tap);
    const { requests } = await runShop({ tap, route: extrasRoute(colored), catalog });
    expect(requests).toEqual(["/tags"]);
  });

  it("emits the columns that the account has, whatever the catalog knows of them", async () => {
    const catalog = await catalogOf(["extras"], tap);
    const { messages, requests, error } = await runShop({ tap, route: extrasRoute(colored), catalog });
    expect(error).toBeUndefined();
    expect(requests).toEqual(["/extras/columns", "/extras"]);
    expect(messages.filter(({ type }) => type !== "STATE").map((message) => Object(message))).toEqual([
      expect.objectContaining({
        schema: expect.objectContaining({
          properties: expect.objectContaining({ color: { type: ["null", "string"] } }),
        }),
      }),
      expect.objectContaining({ record: { id: 1, color: "red", note: "color" } }),
    ]);
  });

  it("believes the account more than a catalog that was made before", async () => {
    const config = { base_url: "", api_token: shopToken };
    const old = await withServer(extrasRoute({ body: { columns: ["color", "size"] } }), ({ url }) =>
      tap.discover({ config: { ...config, base_url: url } }),
    );
    const entry = old.streams.filter(({ stream }) => stream === "extras");
    const stale = entry.map((each) => ({
      ...each,
      schema: { ...each.schema, properties: { ...each.schema.properties, color: { type: "integer" } } },
      metadata: [{ breadcrumb: [], metadata: { selected: true } }],
    }));
    const { messages } = await runShop({ tap, route: extrasRoute(colored), catalog: { streams: stale } });
    expect(Object(messages[0]).schema.properties).toEqual({
      id: { type: "integer" },
      note: { type: ["null", "string"] },
      color: { type: ["null", "string"] },
      size: { type: ["null", "string"] },
    });
  });

  it("asks about a parent that it reads for a child alone", async () => {
    const catalog = await catalogOf(["parts"], tap);
    const { requests, briefs } = await runShop({ tap, route: extrasRoute(colored), catalog });
    expect(requests).toEqual(["/extras/columns", "/extras", "/parts"]);
    expect(briefs).toEqual(["SCHEMA parts", "parts 7"]);
  });

  it("leaves out what the account does not have, keeps its bookmark, and reads the rest", async () => {
    const catalog = await catalogOf(["extras", "parts", "tags"], tap);
    const state = { bookmarks: { extras: { at: 1 } } };
    const run = await runShop({ tap, route: extrasRoute({ status: 403 }), catalog, state });
    expect(run.error).toBeUndefined();
    expect(run.requests).toEqual(["/extras/columns", "/tags"]);
    expect(run.briefs).toEqual(["SCHEMA tags", "tags red", "tags blue"]);
    expect(run.lastState).toEqual(state);
    expect(run.logs.find(({ message }) => message === "streams of this run")?.fields["left_out"]).toEqual(
      expect.objectContaining({ extras: "not in this plan", parts: "extras: not in this plan" }),
    );
  });

  it("ends at once where the question is refused for its credentials", async () => {
    const catalog = await catalogOf(["extras", "tags"], tap);
    const run = await runShop({ tap, route: extrasRoute({ status: 401 }), catalog });
    expect(AuthenticationError.isInstance(run.error)).toBe(true);
    expect(run.messages).toEqual([]);
  });
});

describe("streams of a configuration", () => {
  const small: Tap<ShopConfig> = defineTap({
    ...tapShop,
    streamsFor: ({ page_size: size }, streams): readonly AnyStream<ShopConfig>[] =>
      size === 9 ? streams.filter(({ name }) => name !== "tags") : streams,
  });

  it("are what is read", async () => {
    const { requests } = await runShop({ tap: small, config: { page_size: 9 } });
    expect(requests).toContain("/products");
    expect(requests).not.toContain("/tags");
  });

  it("are what is discovered with it; without one all are listed", async () => {
    const config = { base_url: "http://127.0.0.1:1", api_token: shopToken, page_size: 9 };
    const names = async (given?: unknown) =>
      (await small.discover({ config: given })).streams.map(({ stream }) => stream);
    expect(await names(config)).toEqual(["orders", "order_lines", "line_notes", "products"]);
    expect(await names()).toContain("tags");
    expect((await small.about()).streams.map(({ name }) => name)).toContain("tags");
  });

  it("may replace a parent under its name: its children follow", async () => {
    const replaced = shop.stream({ ...ordersOptions, path: "orders", recordsAt: "orders" });
    const other = defineTap({
      ...tapShop,
      streamsFor: (_config, streams) => streams.map((each) => (each.name === "orders" ? replaced : each)),
    });
    const { briefs, error } = await runShop({ tap: other, catalog: await catalogOf(["order_lines"]) });
    expect(error).toBeUndefined();
    expect(briefs.toSorted()).toEqual([
      "SCHEMA order_lines",
      "order_lines 11",
      "order_lines 12",
      "order_lines 21",
    ]);
  });

  it("are refused when they do not go together", async () => {
    const broken = defineTap({ ...tapShop, streamsFor: () => [lines, notes] });
    const { error, requests } = await runShop({ tap: broken });
    expect(String(error)).toContain("order_lines is a child of orders, which is not among the streams");
    expect(requests).toEqual([]);
  });
});

const ordersOptions = { name: "orders", schema: orders.schema, keyProperties: ["id"] as const };

describe("what a run selects", () => {
  const seen: boolean[] = [];
  const asking = shop.stream({
    name: "asking",
    schema: object({ id: integer(), a: nullable(string()), b: nullable(string()) }),
    keyProperties: ["id"],
    path: "tags",
    recordsAt: "tags",
    searchParams: ({ selects }) => {
      const questions: readonly [string, string?][] = [
        ["asking"],
        ["asking", "a"],
        ["asking", "b"],
        ["asking", "id"],
        ["products"],
        ["orders"],
        ["orders", "id"],
        ["order_lines", "order_id"],
      ];
      seen.splice(0, seen.length, ...questions.map((question) => selects(...question)));
      return {};
    },
    transform: () => undefined,
  });

  it("is told by stream and by property", async () => {
    const asked = defineTap({ ...tapShop, streams: [asking, orders, lines, products, tags] });
    const { error } = await runShop({ tap: asked, select: ["asking.*", "!asking.b", "order_lines.*"] });
    expect(error).toBeUndefined();
    expect(seen).toEqual([true, true, false, true, false, false, false, true]);
  });
});

describe("a page that is refused", () => {
  const shrinking = (sizes: readonly number[]) =>
    shop.stream({
      name: "rows",
      schema: object({ id: integer() }),
      keyProperties: ["id"],
      path: "rows",
      recordsAt: "rows",
      classify: ({ status }) => (status === 504 ? "fail" : undefined),
      pagination: {
        walk: () => ({
          after: () => ({}),
          refused: ({ status }, { searchParams }) => {
            const next = sizes[sizes.indexOf(Number(searchParams?.["size"])) + 1];
            return status === 504 && next !== undefined ? { searchParams: { size: next } } : undefined;
          },
        }),
      },
    });
  const route: Route = ({ query }) =>
    query.get("size") === "10" ? { body: { rows: [{ id: 1 }] } } : { status: 504 };

  it("is asked for again as its walk says", async () => {
    const tapRows = defineTap({ ...tapShop, streams: [shrinking([100, 10])] });
    const run = await runShop({ tap: tapRows, route });
    expect(run.error).toBeUndefined();
    expect(run.requests).toEqual(["/rows", "/rows?size=100", "/rows?size=10"]);
    expect(run.briefs).toEqual(["SCHEMA rows", "rows 1"]);
  });

  it("fails with its own error when the walk knows no other", async () => {
    const tapRows = defineTap({ ...tapShop, streams: [shrinking([100])] });
    const run = await runShop({ tap: tapRows, route });
    expect(String(run.error)).toContain("/rows?size=100 answered 504");
    expect(run.requests).toEqual(["/rows", "/rows?size=100"]);
  });
});

describe("a stream of pages", () => {
  it("is read page by page, each with its position, and counts what is skipped", async () => {
    const paged = shop.pagedStream({
      name: "paged",
      schema: object({ id: integer(), at: nullable(string()) }),
      keyProperties: ["id"],
      replicationKey: "at",
      async *pages({ position }) {
        yield { records: [{ id: 1 }], position: { was: position["next"] ?? null } };
        yield { records: [], position: { next: 2 }, skipped: true };
      },
    });
    const tapPaged = defineTap({ ...tapShop, streams: [paged] });
    const state = { bookmarks: { paged: { next: 1 } } };
    const run = await runShop({ tap: tapPaged, state });
    expect(run.error).toBeUndefined();
    expect(run.briefs).toEqual(["SCHEMA paged", "paged 1"]);
    expect(run.states.map(({ bookmarks }) => bookmarks?.["paged"])).toEqual([
      { was: 1 },
      { next: 2 },
      { next: 2 },
    ]);
    expect(run.logs.find(({ message }) => message === "answers were skipped")?.fields).toEqual({
      skipped: { paged: 1 },
    });
  });
});
