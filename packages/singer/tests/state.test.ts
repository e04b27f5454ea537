import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Bookmark,
  bookmarkOf,
  ConfigError,
  parseState,
  rawNumber,
  replicationValueOf,
  type State,
  withBookmark,
  withCurrentlySyncing,
  withoutBookmark,
} from "../src/index.ts";

const hostileNames = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "a.b",
  "users\u0000",
  "é",
];

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (ConfigError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parseState", () => {
  it.each([
    ["the bare value", '{"bookmarks":{"users":{"id":1}}}', { bookmarks: { users: { id: 1 } } }],
    ["a whole message", '{"type":"STATE","value":{"bookmarks":{}}}', { bookmarks: {} }],
    ["a message of lower case", '{"type":"state","value":{"a":1}}', { a: 1 }],
    ["Meltano's state", '{"singer_state":{"bookmarks":{"u":{}}}}', { bookmarks: { u: {} } }],
    ["an empty object", "{}", {}],
    ["no bookmarks", '{"bookmarks":null}', {}],
    ["a byte order mark", '\uFEFF{"bookmarks":{}}', { bookmarks: {} }],
    [
      "bookmarks before all else",
      '{"singer_state":{"a":1},"bookmarks":{"u":1}}',
      { singer_state: { a: 1 }, bookmarks: { u: 1 } },
    ],
    ["a tap's own type", '{"type":"STATE","bookmarks":{}}', { type: "STATE", bookmarks: {} }],
    ["null as what is under way", '{"currently_syncing":null}', { currently_syncing: null }],
  ])("reads %s", (_name, text, expected) => {
    expect(parseState(text)).toEqual(expected);
  });

  it.each([
    ["nothing", " ", "state: the text is empty. Leave the state out to read everything."],
    [
      "half a line",
      '{"bookmarks":{"users"',
      "state: not valid JSON at line 1, column 22. Give the last line that the target printed.",
    ],
    [
      "two lines",
      "{}\n{}",
      "state: not valid JSON at line 2, column 1. Give the last line that the target printed.",
    ],
    ["null", "null", "state: it is no JSON object. Give the last line that the target printed."],
    ["a list", "[]", "state: it is no JSON object. Give the last line that the target printed."],
    [
      "a long number",
      "12345678901234567890",
      "state: it is no JSON object. Give the last line that the target printed.",
    ],
    [
      "a message of nothing",
      '{"type":"STATE","value":null}',
      "state: it is no JSON object. Give the last line that the target printed.",
    ],
    [
      "bookmarks in a list",
      '{"bookmarks":[]}',
      'state: "bookmarks" must be an object with a bookmark for each stream.',
    ],
    [
      "a long number of bookmarks",
      '{"bookmarks":12345678901234567890}',
      'state: "bookmarks" must be an object with a bookmark for each stream.',
    ],
    [
      "a list under way",
      '{"currently_syncing":["a"]}',
      'state: "currently_syncing" must be the name of a stream or null.',
    ],
  ])("refuses %s", (_name, text, message) => {
    expect(messageOf(() => parseState(text))).toBe(message);
  });

  it("keeps every digit and every key", () => {
    const text =
      '{"bookmarks":{"log":{"lsn":9007199254740993,"__proto__":{"a":1}},"__proto__":{"id":2}},"x":{"y":[0.1234567890123456789]}}';
    expect(JSON.stringify(parseState(text))).toBe(text);
  });
});

describe("bookmarkOf", () => {
  const state: State = {
    bookmarks: {
      users: { updated_at: "2026-01-01T00:00:00Z" },
      odd: "text",
      comments: {
        partitions: [
          { context: { ticket: 1, kind: "a" }, id: 10 },
          "no object",
          { context: { ticket: rawNumber("9007199254740993") }, id: 20 },
          { context: { ticket: { id: [1, null] } }, id: 30 },
          { id: 40 },
        ],
      },
    },
  };

  it.each<[string, string, Record<string, unknown> | undefined, Bookmark]>([
    ["a stream", "users", undefined, { updated_at: "2026-01-01T00:00:00Z" }],
    ["no stream", "groups", undefined, {}],
    ["an inherited name", "constructor", undefined, {}],
    ["the prototype", "__proto__", undefined, {}],
    ["what is no object", "odd", undefined, {}],
    ["a partition, keys in another order", "comments", { kind: "a", ticket: 1 }, { id: 10 }],
    ["a partition by a long number", "comments", { ticket: rawNumber("9007199254740993") }, { id: 20 }],
    ["a partition by its neighbour", "comments", { ticket: rawNumber("9007199254740995") }, {}],
    ["a partition by a long number as text", "comments", { ticket: "9007199254740993" }, {}],
    ["a partition by lists and null", "comments", { ticket: { id: [1, null] } }, { id: 30 }],
    ["a part of a context", "comments", { ticket: 1 }, {}],
    ["more than a context", "comments", { ticket: 1, kind: "a", more: undefined }, {}],
    ["an empty context", "comments", {}, {}],
    ["a partition of a stream without any", "users", { ticket: 1 }, {}],
  ])("answers %s", (_name, stream, context, expected) => {
    expect(bookmarkOf(state, stream, context)).toEqual(expected);
  });

  it("answers nothing for an empty state", () => {
    expect(bookmarkOf({}, "users")).toEqual({});
  });
});

describe("replicationValueOf", () => {
  it.each<[string, Bookmark, string, unknown]>([
    ["singer-python's shape", { updated_at: "a" }, "updated_at", "a"],
    [
      "the Meltano SDK's shape",
      { replication_key: "updated_at", replication_key_value: "b" },
      "updated_at",
      "b",
    ],
    [
      "another replication key",
      { replication_key: "created_at", replication_key_value: "b" },
      "updated_at",
      undefined,
    ],
    [
      "another key beside a column of the name",
      { replication_key: "a", replication_key_value: 1, b: 2 },
      "b",
      undefined,
    ],
    ["progress that is no bookmark yet", { replication_key: "a", progress_markers: {} }, "a", undefined],
    ["a column that is called replication_key", { replication_key: 5 }, "replication_key", 5],
    ["an inherited name", {}, "constructor", undefined],
    ["null", { id: null }, "id", null],
    ["no bookmark", {}, "id", undefined],
  ])("answers %s", (_name, bookmark, key, expected) => {
    expect(replicationValueOf(bookmark, key)).toBe(expected);
  });
});

describe("the updates of a state", () => {
  const name = fc.oneof(fc.constantFrom("users", "groups", ...hostileNames), fc.string());
  const bookmark = fc.dictionary(
    name.filter((key) => key !== "context"),
    fc.jsonValue(),
  );
  const context = fc.option(fc.dictionary(name, fc.jsonValue(), { minKeys: 1 }), { nil: undefined });
  const place = fc.record({ stream: name, context });
  const stateOf = fc
    .array(fc.record({ place, bookmark }), { maxLength: 6 })
    .map((writes) =>
      writes.reduce<State>((state, write) => withBookmark(state, optionsOf(write)), { other: 1 }),
    );

  function optionsOf(write: {
    place: { stream: string; context: Record<string, unknown> | undefined };
    bookmark: Bookmark;
  }): Parameters<typeof withBookmark>[1] {
    const { stream, context: given } = write.place;
    return given === undefined
      ? { stream, bookmark: write.bookmark }
      : { stream, bookmark: write.bookmark, context: given };
  }

  it("answer the bookmark that was written, and change no other", () => {
    fc.assert(
      fc.property(stateOf, place, bookmark, place, (state, at, written, elsewhere) => {
        const before = JSON.stringify(state);
        const next = withBookmark(state, optionsOf({ place: at, bookmark: written }));
        expect(bookmarkOf(next, at.stream, at.context)).toEqual(written);
        expect(next["other"]).toBe(1);
        if (elsewhere.stream !== at.stream) {
          expect(bookmarkOf(next, elsewhere.stream, elsewhere.context)).toEqual(
            bookmarkOf(state, elsewhere.stream, elsewhere.context),
          );
        }
        expect(JSON.stringify(state)).toBe(before);
      }),
    );
  });

  it("survive a trip through JSON", () => {
    fc.assert(
      fc.property(stateOf, (state) => {
        expect(parseState(JSON.stringify(state))).toEqual(JSON.parse(JSON.stringify(state)));
      }),
    );
  });

  it("forget a stream and nothing else", () => {
    fc.assert(
      fc.property(stateOf, name, name, (state, gone, kept) => {
        const next = withoutBookmark(state, gone);
        expect(bookmarkOf(next, gone)).toEqual({});
        expect(Object.hasOwn(next.bookmarks ?? {}, gone)).toBe(false);
        if (kept !== gone) expect(bookmarkOf(next, kept)).toEqual(bookmarkOf(state, kept));
      }),
    );
  });

  it("keep a partition's neighbours and the stream's own keys", () => {
    const state: State = {
      bookmarks: {
        c: {
          since: 1,
          partitions: [
            { context: { t: 1 }, id: 1 },
            { context: { t: 2 }, id: 2 },
          ],
        },
      },
    };
    expect(withBookmark(state, { stream: "c", context: { t: 2 }, bookmark: { id: 3 } })).toEqual({
      bookmarks: {
        c: {
          since: 1,
          partitions: [
            { context: { t: 1 }, id: 1 },
            { context: { t: 2 }, id: 3 },
          ],
        },
      },
    });
    expect(
      withBookmark(state, { stream: "c", context: { t: 9 }, bookmark: { id: 9, context: "mine" } }),
    ).toEqual({
      bookmarks: {
        c: {
          since: 1,
          partitions: [
            { context: { t: 1 }, id: 1 },
            { context: { t: 2 }, id: 2 },
            { context: { t: 9 }, id: 9 },
          ],
        },
      },
    });
  });

  it.each(hostileNames)("hold a stream named %j", (stream) => {
    const state = withBookmark({}, { stream, bookmark: { id: 1 } });
    expect(JSON.stringify(state)).toBe(`{"bookmarks":{${JSON.stringify(stream)}:{"id":1}}}`);
    expect(bookmarkOf(state, stream)).toEqual({ id: 1 });
    expect(withoutBookmark(state, stream)).toEqual({ bookmarks: {} });
    expect(Object.hasOwn({}, "id")).toBe(false);
  });

  it("name and forget the stream under way", () => {
    const state = withCurrentlySyncing({ bookmarks: {}, x: 1 }, "users");
    expect(state).toEqual({ bookmarks: {}, x: 1, currently_syncing: "users" });
    expect(withCurrentlySyncing(state, undefined)).toStrictEqual({ bookmarks: {}, x: 1 });
  });
});
