import { type Message, object, parseState, type State, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { Checkpoint, defineRestClient, defineTap } from "../src/index.ts";

const client = defineRestClient({ config: object({}), baseUrl: () => "https://api.test/" });

/** A list of four pages of one row, which begins at the page that its bookmark names. */
const growing = client.customStream({
  name: "growing",
  schema: object({ id: string() }),
  keyProperties: ["id"],
  keepsPosition: true,
  async *records({ position }) {
    const { page = 0 } = position;
    for (let index = Number(page); index < 4; index += 1) {
      if (index > Number(page)) yield new Checkpoint({ page: index });
      yield { id: `row ${index}` };
    }
  },
});
const plain = client.customStream({
  name: "plain",
  schema: object({ id: string() }),
  keyProperties: ["id"],
  async *records({ position }) {
    expect(position).toEqual({});
    yield { id: "one" };
    yield new Checkpoint({ page: 1 });
    yield { id: "two" };
  },
});

const tap = defineTap({
  name: "tap-growing",
  package: new URL("../package.json", import.meta.url),
  description: "Grows",
  config: object({}),
  streams: [growing, plain],
});

async function run(options: { state?: State; fullTable?: boolean } = {}) {
  const { streams } = await tap.discover();
  const catalog = {
    streams: streams.map((entry) => ({
      ...entry,
      metadata: entry.metadata.map((each) =>
        each.breadcrumb.length === 0 && options.fullTable === true
          ? { ...each, metadata: { ...each.metadata, "replication-method": "FULL_TABLE" } }
          : each,
      ),
    })),
  };
  const messages: Message[] = [];
  for await (const message of tap.sync({ config: {}, catalog, state: options.state })) messages.push(message);
  return {
    ids: messages.flatMap((each) => (each.type === "RECORD" ? [each.record["id"]] : [])),
    bookmarks: messages.flatMap((each) =>
      each.type === "STATE" ? [parseState(JSON.stringify(each.value)).bookmarks?.["growing"]] : [],
    ),
    states: messages.flatMap((each) =>
      each.type === "STATE" ? [parseState(JSON.stringify(each.value))] : [],
    ),
  };
}

describe("a stream that keeps its position", () => {
  it("is incremental without a replication key", async () => {
    const { streams } = await tap.about();
    expect(streams.map((stream) => [stream.replication_method, stream.replication_key])).toEqual([
      ["INCREMENTAL", null],
      ["FULL_TABLE", null],
    ]);
  });

  it("writes it after each page, and keeps it at the end", async () => {
    const { ids, bookmarks, states } = await run();
    expect(ids).toEqual(["row 0", "row 1", "row 2", "row 3", "one", "two"]);
    expect(new Set(bookmarks.map((bookmark) => JSON.stringify(bookmark)))).toEqual(
      new Set(['{"page":1}', '{"page":2}', '{"page":3}']),
    );
    expect(states.at(-1)).toEqual({ bookmarks: { growing: { page: 3 } } });
  });

  it("is gone on with from there, and a stream that keeps none is read whole", async () => {
    const state: State = { bookmarks: { growing: { page: 2 } } };
    const { ids, states } = await run({ state });
    expect(ids).toEqual(["row 2", "row 3", "one", "two"]);
    expect(states.at(-1)).toEqual({ bookmarks: { growing: { page: 3 } } });
  });

  it("is read whole where the catalog wants the whole table", async () => {
    const state: State = { bookmarks: { growing: { page: 2 } } };
    const { ids } = await run({ state, fullTable: true });
    expect(ids).toEqual(["row 0", "row 1", "row 2", "row 3", "one", "two"]);
  });
});
