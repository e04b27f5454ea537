import type { Message, RecordMessage } from "@chorale/singer";
import { expect, it } from "vitest";
import { defineRestClient, defineTap, type SyncOptions, type Tap } from "../src/index.ts";
import { type TapReplica, type TapTestOptions, tapChecks } from "../src/testing/index.ts";
import { collect } from "./support/collect.ts";
import type { Answer, LocalRequest, Route } from "./support/local-server.ts";
import { orders, products, type ShopConfig, shop, shopRoute, shopStreams, tapShop } from "./support/shop.ts";
import { shopData, shopReplica, shopToken } from "./support/shop-replica.ts";

type Sync = Tap<ShopConfig>["sync"];

/** The shop's tap with another way to sync. */
function withSync(sync: Sync): Tap<ShopConfig> {
  return { ...tapShop, sync };
}

/** The shop's tap whose messages are changed on their way out. */
function changing(change: (message: Message) => readonly Message[]): Tap<ShopConfig> {
  return withSync(async function* (options) {
    for await (const message of tapShop.sync(options)) yield* change(message);
  });
}

function changingRecords(change: (message: RecordMessage) => RecordMessage): Tap<ShopConfig> {
  return changing((message) => [message.type === "RECORD" ? change(message) : message]);
}

function changingStates(change: (value: object, index: number) => unknown): Tap<ShopConfig> {
  return withSync(async function* (options) {
    let index = 0;
    for await (const message of tapShop.sync(options)) {
      if (message.type === "STATE") {
        yield { type: "STATE", value: change(Object(message.value), index) };
        index += 1;
      } else yield message;
    }
  });
}

/** The shop's tap with other meanings of answers. */
function classifying(verdicts: Readonly<Record<number, "skip" | "fail">>): Tap<ShopConfig> {
  const client = defineRestClient({
    ...shop.options,
    classify: ({ status }) => verdicts[status] ?? "success",
  });
  const items = client.stream({
    name: "products",
    schema: products.schema,
    keyProperties: ["id"],
    path: "products",
    recordsAt: "products",
  });
  return defineTap({ ...tapShop, streams: [items] });
}

/** Changes an answer of the shop. */
function answering(change: (request: LocalRequest, answer: Answer | undefined) => Answer | undefined): Route {
  const route = shopRoute(shopData);
  return async (request) => change(request, await route(request));
}

const unfiltered = defineTap({
  ...tapShop,
  streams: shopStreams.map((stream) =>
    stream.name === "products" ? { ...products, filteredBy: "server" } : stream,
  ),
});

/** Writes the state of a page before the records of its children. */
async function* statesTooEarly(options: SyncOptions): AsyncGenerator<Message, void, void> {
  let held: Message[] = [];
  for await (const message of tapShop.sync(options)) {
    if (message.type === "STATE") {
      yield message;
      yield* held;
      held = [];
    } else if (message.type === "RECORD" && message.stream !== "orders") held.push(message);
    else yield message;
  }
}

async function* collectsFirst(options: SyncOptions): AsyncGenerator<Message, void, void> {
  yield* await collect(tapShop.sync(options));
}

/** Reads all, whatever is selected, and hides what is not. */
async function* readsAll(options: SyncOptions): AsyncGenerator<Message, void, void> {
  const selected = new Set(
    options.catalog?.streams
      .filter(({ metadata }) => metadata[0]?.metadata["selected"] === true)
      .map(({ stream }) => stream),
  );
  for await (const message of tapShop.sync({ ...options, catalog: undefined })) {
    if (message.type === "STATE" || ("stream" in message && selected.has(message.stream))) yield message;
  }
}

async function* forgetsState(options: SyncOptions): AsyncGenerator<Message, void, void> {
  yield* tapShop.sync({ ...options, state: {} });
}

let discovered = 0;

interface Defect {
  readonly name: string;
  readonly tap?: Tap<ShopConfig>;
  readonly route?: Route;
  readonly options?: Partial<TapTestOptions>;
  /** Whether answers fail on demand, which takes seconds. */
  readonly canFail?: boolean;
  /** The checks that fail. */
  readonly fails: readonly string[];
}

const defects: readonly Defect[] = [
  { name: "none", fails: [] },
  {
    name: "a stream without records that nobody declared",
    route: answering((request, answer) => (request.path === "/tags" ? { body: { tags: [] } } : answer)),
    fails: ["gives records of every stream but the empty ones"],
  },
  {
    name: "a stream that is declared to be empty and is not",
    options: { limits: { empty: ["tags"] } },
    fails: ["gives records of every stream but the empty ones"],
  },
  {
    name: "a record that comes twice",
    route: answering((request, answer) =>
      request.path === "/tags" ? { body: { tags: [{ name: "red" }, { name: "red" }] } } : answer,
    ),
    fails: ["emits records with their keys, each once"],
  },
  {
    name: "a repetition that is declared and does not happen",
    options: { limits: { repeats: ["tags"] } },
    fails: ["emits records with their keys, each once"],
  },
  {
    name: "a key that is null",
    route: answering((request, answer) =>
      request.path === "/tags" ? { body: { tags: [{ name: null }] } } : answer,
    ),
    fails: ["emits records that fit their schemas", "emits records with their keys, each once"],
  },
  {
    name: "a value of the wrong type",
    tap: changingRecords((message) =>
      message.stream === "products" ? { ...message, record: { ...message.record, tags: "a" } } : message,
    ),
    fails: ["emits records that fit their schemas"],
  },
  {
    name: "a property that the schema lacks",
    tap: changingRecords((message) => ({ ...message, record: { ...message.record, extra: 1 } })),
    fails: ["emits no property that the SCHEMA lacks"],
  },
  {
    name: "no time_extracted",
    tap: changingRecords(({ time_extracted: _time, ...message }) => message),
    fails: ["says when it saw each record"],
  },
  {
    name: "a SCHEMA after the first record",
    tap: withSync(async function* (options) {
      const schemas: Message[] = [];
      for await (const message of tapShop.sync(options)) {
        if (message.type === "SCHEMA") schemas.push(message);
        else yield* [message, ...schemas.splice(0)];
      }
    }),
    fails: ["emits the SCHEMA of a stream before its records"],
  },
  {
    name: "a token in a record",
    tap: changingRecords((message) =>
      message.stream === "tags"
        ? { ...message, record: { name: `${String(message.record["name"])}${shopToken}` } }
        : message,
    ),
    fails: ["keeps secrets out of messages, log and errors"],
  },
  {
    name: "a token in the log",
    tap: withSync(async function* (options) {
      options.log?.info("calling", { headers: { authorization: `Bearer ${shopToken}` } });
      yield* tapShop.sync(options);
    }),
    fails: ["keeps secrets out of messages, log and errors"],
  },
  {
    name: "signs of progress in the last state",
    tap: changingStates((value) => ({
      ...value,
      bookmarks: { ...Reflect.get(value, "bookmarks"), x: { progress_markers: {} } },
    })),
    fails: ["ends with a state without signs of progress"],
  },
  {
    name: "a bookmark that stays where it was",
    tap: changingStates((value) => ({
      ...value,
      bookmarks: { ...Reflect.get(value, "bookmarks"), products: { changed: "2026-01-01T00:00:00Z" } },
    })),
    fails: ["bookmarks the greatest replication value"],
  },
  {
    name: "a bookmark that goes back on the way",
    tap: changingStates((value, index) =>
      index === 1
        ? {
            ...value,
            bookmarks: { ...Reflect.get(value, "bookmarks"), orders: { updated_at: "2025-01-01T00:00:00Z" } },
          }
        : value,
    ),
    fails: ["never moves a bookmark backwards"],
  },
  {
    name: "an API that does not filter, and a tap that trusts it",
    tap: unfiltered,
    fails: ["emits nothing older when it runs again"],
  },
  {
    name: "states that are ignored",
    tap: withSync(forgetsState),
    fails: ["emits nothing older when it runs again"],
  },
  {
    name: "a state before the records that it speaks of",
    tap: withSync(statesTooEarly),
    fails: ["ends with a state without signs of progress", "loses nothing when it is stopped after a state"],
  },
  {
    name: "a tap that reads everything whatever is selected",
    tap: withSync(readsAll),
    fails: ["asks nothing when nothing is selected", "makes no request of deselected streams"],
  },
  {
    name: "a tap that emits everything whatever is selected",
    tap: withSync((options) => tapShop.sync({ ...options, catalog: undefined })),
    fails: [
      "emits nothing but the selected stream",
      "asks nothing when nothing is selected",
      "makes no request of deselected streams",
    ],
  },
  {
    name: "a tap that collects before it yields",
    tap: withSync(collectsFirst),
    fails: ["stops when its reader leaves"],
  },
  {
    name: "a tap that takes errors of the server for an end",
    canFail: true,
    tap: classifying({ 500: "skip", 429: "skip" }),
    fails: [
      "waits when it is told to (429)",
      "tries again after a server's error (500)",
      "fails at once when credentials are refused (401)",
    ],
    options: { expectedStreams: ["products"] },
  },
  {
    name: "a config that is not checked",
    tap: withSync((options) =>
      tapShop.sync({
        ...options,
        config: { base_url: "http://127.0.0.1:1/", api_token: shopToken, ...Object(options.config) },
      }),
    ),
    fails: ["refuses a config without its required settings"],
  },
  {
    name: "a catalog that is different each time",
    tap: {
      ...tapShop,
      discover: async () => {
        discovered += 1;
        return { ...(await tapShop.discover()), discovered };
      },
    },
    fails: ["discovers the same catalog each time"],
  },
  {
    name: "a stream that nobody expected",
    options: { expectedStreams: ["orders"] },
    fails: ["discovers the same catalog each time"],
  },
  {
    name: "a key that the schema does not declare",
    tap: {
      ...tapShop,
      streams: shopStreams.map((stream) =>
        stream === orders ? { ...orders, keyProperties: ["uuid"] } : stream,
      ),
    },
    fails: ["has streams whose keys are in their schemas"],
  },
  {
    name: "a schema that means nothing",
    tap: {
      ...tapShop,
      streams: shopStreams.map((stream) =>
        stream === orders
          ? { ...orders, schema: { json: { ...orders.schema.json, patternProperties: { "(": {} } } } }
          : stream,
      ),
    },
    fails: ["has schemas that compile"],
  },
];

it.each(defects)("finds: $name", async ({ tap = tapShop, route, options = {}, canFail = false, fails }) => {
  const replica = async (): Promise<TapReplica> => {
    const { fail, ...rest } = await shopReplica(route);
    return canFail && fail !== undefined ? { ...rest, fail } : rest;
  };
  const checks = tapChecks(tap, { replica, ...options });
  const failed: string[] = [];
  for (const { name, verify } of checks) {
    await verify().catch(() => failed.push(name));
  }
  expect(failed).toEqual(fails);
});
