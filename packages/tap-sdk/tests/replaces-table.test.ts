import { type Message, object, parseState, type State, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import {
  type AnyRecord,
  Checkpoint,
  defineRestClient,
  defineTap,
  type StreamContext,
  type Tap,
} from "../src/index.ts";

const client = defineRestClient({ config: object({}), baseUrl: () => "https://api.test/" });
const basics = { schema: object({ id: string() }), keyProperties: ["id"] } as const;
type Context = StreamContext<object, AnyRecord>;

/** Two pages of two rows each, and what happens before each row. */
function rowsOf(before: (id: string, context: Context) => void = () => undefined) {
  return async function* records(context: Context) {
    const { page: first = 0 } = context.position;
    for (let page = Number(first); page < 2; page += 1) {
      for (const letter of ["a", "b"]) {
        const id = `${letter}${page}`;
        before(id, context);
        yield { id };
      }
      yield new Checkpoint({ page: page + 1 });
    }
  };
}

interface Options {
  readonly before?: (id: string, context: Context) => void;
  readonly keepsPosition?: boolean;
}

/** A stream that replaces its table, with such a child, and then a plain stream. */
function tapOf({ before, keepsPosition = true }: Options = {}): Tap<object> {
  const whole = client.customStream({
    ...basics,
    name: "whole",
    keepsPosition,
    replacesTable: true,
    records: rowsOf(before),
  });
  const part = client.customStream({
    ...basics,
    name: "part",
    replacesTable: true,
    parent: whole,
    async *records({ parent }) {
      yield { id: `of ${parent.id}` };
    },
  });
  const plain = client.customStream({
    ...basics,
    name: "plain",
    async *records() {
      yield { id: "plain" };
    },
  });
  return defineTap({
    name: "tap-whole",
    package: new URL("../package.json", import.meta.url),
    description: "Replaces tables",
    config: object({}),
    streams: [whole, part, plain],
  });
}

interface RunOptions extends Options {
  readonly tap?: Tap<object>;
  readonly at?: number;
  readonly state?: State | undefined;
  readonly select?: readonly string[];
  readonly signal?: AbortSignal;
  readonly recordLimit?: number;
  readonly until?: (message: Message) => boolean;
}

async function run({ at = 1000, until, tap, before, keepsPosition, ...options }: RunOptions = {}) {
  const messages: Message[] = [];
  let error: unknown;
  const made = { ...(before && { before }), ...(keepsPosition === undefined ? {} : { keepsPosition }) };
  try {
    const all = (tap ?? tapOf(made)).sync({ ...options, config: {}, clock: () => new Date(at) });
    for await (const message of all) {
      messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  const states = messages.flatMap((each) =>
    each.type === "STATE" ? [parseState(JSON.stringify(each.value))] : [],
  );
  return { messages, error, briefs: messages.map(brief), states, lastState: states.at(-1) };
}

function brief(message: Message): string {
  if (message.type === "RECORD") return `${String(message.record["id"])} @${String(message.version)}`;
  if (message.type === "ACTIVATE_VERSION") return `ACTIVATE ${message.stream} @${message.version}`;
  if (message.type === "STATE") return `STATE ${JSON.stringify(message.value)}`;
  return message.type;
}

const stateAfterPage1 = { whole: { page: 1, table_version: 1000 } };

/** Stops after the state of the first page. */
function afterPage1(message: Message): boolean {
  return message.type === "STATE" && JSON.stringify(message.value).includes('"page":1');
}

describe("a stream that replaces its table", () => {
  it("is read as a full table, and so are the streams below it", async () => {
    const { streams } = await tapOf().discover();
    expect(streams.map((entry) => entry.metadata[0]?.metadata["forced-replication-method"])).toEqual([
      "FULL_TABLE",
      "FULL_TABLE",
      "FULL_TABLE",
    ]);
  });

  it("carries one version, and activates it after its last record and before the state of its end", async () => {
    const { briefs, error } = await run({ select: ["whole.*", "plain.*"] });
    expect(error).toBeUndefined();
    expect(briefs).toEqual([
      "SCHEMA",
      "a0 @1000",
      "b0 @1000",
      `STATE ${JSON.stringify({ currently_syncing: "whole", bookmarks: stateAfterPage1 })}`,
      "a1 @1000",
      "b1 @1000",
      `STATE ${JSON.stringify({ currently_syncing: "whole", bookmarks: { whole: { page: 2, table_version: 1000 } } })}`,
      "ACTIVATE whole @1000",
      `STATE ${JSON.stringify({ bookmarks: {}, currently_syncing: "plain" })}`,
      "SCHEMA",
      "plain @undefined",
      `STATE ${JSON.stringify({ bookmarks: {} })}`,
    ]);
  });

  it("has the version of its beginning, though the run began earlier and it takes its time", async () => {
    let now = 5000;
    const messages: Message[] = [];
    const tap = tapOf();
    const clock = (): Date => {
      now += 1;
      return new Date(now);
    };
    for await (const message of tap.sync({ config: {}, select: ["whole.*"], clock })) messages.push(message);
    const versions = messages.flatMap((each) =>
      each.type === "RECORD" || each.type === "ACTIVATE_VERSION" ? [each.version] : [],
    );
    expect(versions.length).toBe(5);
    expect(new Set(versions).size).toBe(1);
    expect(versions[0]).toBeGreaterThan(5001);
  });

  it("is activated with the streams below it when all of them were read", async () => {
    const { briefs } = await run({ select: ["whole.*", "part.*"] });
    expect(briefs.filter((each) => each.includes("@"))).toEqual([
      "a0 @1000",
      "b0 @1000",
      "of a0 @1000",
      "of b0 @1000",
      "a1 @1000",
      "b1 @1000",
      "of a1 @1000",
      "of b1 @1000",
      "ACTIVATE whole @1000",
      "ACTIVATE part @1000",
    ]);
  });

  it("is left alone when it is read for the streams below it only", async () => {
    const { briefs } = await run({ select: ["part.*"] });
    expect(briefs.filter((each) => each.startsWith("ACTIVATE"))).toEqual(["ACTIVATE part @1000"]);
  });

  it("is activated when it has no records at all", async () => {
    const nothing = client.customStream({
      ...basics,
      name: "nothing",
      replacesTable: true,
      // biome-ignore lint/correctness/useYield: there is nothing to yield
      async *records() {
        return;
      },
    });
    const { briefs } = await run({ tap: defineTap({ ...tapOf(), streams: [nothing] }) });
    expect(briefs).toEqual([
      "SCHEMA",
      "ACTIVATE nothing @1000",
      'STATE {"currently_syncing":"nothing"}',
      "STATE {}",
    ]);
  });
});

describe("nothing is activated", () => {
  it("when the stream failed; its state and its version stay, and the next run goes on with them", async () => {
    const before = (id: string): void => {
      if (id === "b1") throw new Error("no more");
    };
    const first = await run({ before, select: ["whole.*", "plain.*"] });
    expect(first.error).toEqual(new Error("no more"));
    expect(first.briefs.filter((each) => each.startsWith("ACTIVATE"))).toEqual([]);
    expect(first.lastState).toEqual({ bookmarks: stateAfterPage1 });
    const second = await run({ at: 2000, state: first.lastState, select: ["whole.*"] });
    expect(second.briefs.filter((each) => each.includes("@"))).toEqual([
      "a1 @1000",
      "b1 @1000",
      "ACTIVATE whole @1000",
    ]);
    expect(second.lastState).toEqual({ bookmarks: {} });
  });

  it("when a stream below it failed", async () => {
    const tap = tapOf();
    const part = client.customStream({
      ...basics,
      name: "part",
      parent: client.customStream({ ...basics, name: "whole", records: rowsOf() }),
      async *records({ parent }) {
        yield { id: `of ${parent.id}` };
        if (parent.id === "a1") throw new Error("no more");
      },
    });
    const streams = tap.streams.map((stream) => (stream.name === "part" ? part : stream));
    const { briefs, error } = await run({ tap: defineTap({ ...tap, streams }) });
    expect(error).toEqual(new Error("no more"));
    expect(briefs.filter((each) => each.startsWith("ACTIVATE"))).toEqual([]);
  });

  it("when the run was stopped by a signal, even right after the last record", async () => {
    const stop = new AbortController();
    const before = (id: string): void => {
      if (id === "b1") stop.abort(new Error("stopped"));
    };
    const { briefs, error } = await run({ before, signal: stop.signal, select: ["whole.*"] });
    expect(error).toEqual(new Error("stopped"));
    expect(briefs.filter((each) => each.startsWith("ACTIVATE"))).toEqual([]);
  });

  it("when only a few records were wanted, and they carry no version", async () => {
    const { briefs } = await run({ recordLimit: 1, select: ["whole.*", "part.*"] });
    expect(briefs.filter((each) => each.includes("@"))).toEqual(["a0 @undefined", "of a0 @undefined"]);
  });
});

describe("a run that goes on where another was stopped", () => {
  it("has the version of the other, and forgets it at the end", async () => {
    const first = await run({ until: afterPage1, select: ["whole.*", "part.*"] });
    const kept = { page: 1, table_version: 1000 };
    expect(first.lastState?.bookmarks).toEqual({ whole: kept, part: kept });
    const second = await run({ at: 2000, state: first.lastState, select: ["whole.*", "part.*"] });
    expect(second.briefs.filter((each) => each.includes("@"))).toEqual([
      "a1 @1000",
      "b1 @1000",
      "of a1 @1000",
      "of b1 @1000",
      "ACTIVATE whole @1000",
      "ACTIVATE part @1000",
    ]);
    expect(second.lastState).toEqual({ bookmarks: {} });
    const third = await run({ at: 3000, state: second.lastState, select: ["whole.*"] });
    expect(third.briefs).toContain("ACTIVATE whole @3000");
  });

  it.each([
    ["none, as with other settings", {}],
    ["one that is no version", { table_version: "1000" }],
  ])("begins anew when the run before left %s", async (_what, left) => {
    const state: State = { bookmarks: { whole: { page: 1, ...left } } };
    const { briefs, lastState } = await run({ at: 2000, state, select: ["whole.*"] });
    expect(briefs.filter((each) => each.includes("@"))).toEqual([
      "a0 @2000",
      "b0 @2000",
      "a1 @2000",
      "b1 @2000",
      "ACTIVATE whole @2000",
    ]);
    expect(lastState).toEqual({ bookmarks: {} });
  });

  it("has a version of its own when it begins anew, because of a stream that was selected later", async () => {
    const first = await run({ until: afterPage1, select: ["whole.*"] });
    const second = await run({ at: 2000, state: first.lastState, select: ["whole.*", "part.*"] });
    expect(second.briefs).toContain("a0 @2000");
    expect(second.briefs).toContain("ACTIVATE whole @2000");
  });

  it("does not hand the version to the stream as a position", async () => {
    const seen: unknown[] = [];
    const before = (_id: string, { position }: Context): void => {
      seen.push(position);
    };
    await run({ before, state: { bookmarks: stateAfterPage1 }, select: ["whole.*"] });
    expect(seen).toEqual([{ page: 1 }, { page: 1 }]);
  });

  it("begins anew with a version of its own where no position is kept", async () => {
    const first = await run({
      keepsPosition: false,
      select: ["whole.*"],
      until: (message) => message.type === "RECORD",
    });
    expect(first.states).toEqual([]);
    const second = await run({ keepsPosition: false, at: 2000, select: ["whole.*"] });
    expect(second.briefs.filter((each) => each.includes("@"))).toEqual([
      "a0 @2000",
      "b0 @2000",
      "a1 @2000",
      "b1 @2000",
      "ACTIVATE whole @2000",
    ]);
  });
});

describe("what reads only what is new", () => {
  it("cannot replace its table", () => {
    expect(() =>
      client.customStream({
        ...basics,
        name: "news",
        replicationKey: "id",
        replacesTable: true,
        records: rowsOf(),
      }),
    ).toThrow("news: a stream that reads what is new cannot replace its table.");
    const parent = client.customStream({ ...basics, name: "news", keepsPosition: true, records: rowsOf() });
    expect(() =>
      client.customStream({ ...basics, name: "below", parent, replacesTable: true, records: rowsOf() }),
    ).toThrow("below: a stream that reads what is new cannot replace its table.");
  });
});
