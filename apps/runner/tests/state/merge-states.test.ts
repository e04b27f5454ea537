import { parseSource } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regressionOf } from "../../src/state/guard.ts";
import { bookmarksIn, mergedState, mergeStates, withoutStreams } from "../../src/state/merge-states.ts";
import { type JsonRecord, parseStateText, stateText } from "../../src/state/state-json.ts";

interface Rules {
  refreshed?: readonly string[];
  allowRegression?: boolean;
}

/** Lays states over each other as a run does, and answers the last as text, with all that was not taken. */
function mergedAll(older: string | undefined, newer: readonly string[], rules: Rules = {}) {
  const spoken = new Set<string>();
  const refused: string[] = [];
  let state = older === undefined ? undefined : parseStateText(older);
  for (const text of newer) {
    const merge = mergeStates(state, parseStateText(text) ?? {}, {
      spoken,
      isRefreshed: (stream) => rules.refreshed?.includes(stream) ?? false,
      allowRegression: rules.allowRegression ?? false,
    });
    for (const stream of merge.streams) spoken.add(stream);
    refused.push(...merge.regressions.map(({ stream, reason }) => `${stream}: ${reason}`));
    state = merge.state;
  }
  return { text: state === undefined ? undefined : stateText(state), refused };
}

const nested = (bookmarks: string, rest = "") => `{"bookmarks":${bookmarks}${rest}}`;

describe("mergeStates", () => {
  it.each([
    [
      "replaces a bookmark whole",
      nested('{"a":{"id":1,"x":{"k":1}}}'),
      nested('{"a":{"id":2}}'),
      nested('{"a":{"id":2}}'),
    ],
    [
      "keeps streams that the state lacks",
      nested('{"a":{"id":1},"b":{"id":2}}'),
      nested('{"b":{"id":3}}'),
      nested('{"a":{"id":1},"b":{"id":3}}'),
    ],
    [
      "adds streams",
      nested('{"a":{"id":1}}'),
      nested('{"b":{"id":3}}'),
      nested('{"a":{"id":1},"b":{"id":3}}'),
    ],
    [
      "lets globals follow",
      nested('{"a":{"id":1}}', ',"currently_syncing":"a","g":1'),
      nested("{}", ',"currently_syncing":"b"'),
      nested('{"a":{"id":1}}', ',"currently_syncing":"b"'),
    ],
    [
      "removes a global that is gone",
      nested('{"a":{"id":1}}', ',"currently_syncing":"a"'),
      nested('{"a":{"id":1}}'),
      nested('{"a":{"id":1}}'),
    ],
    [
      "takes a state without bookmarks for its globals",
      nested('{"a":{"id":1}}'),
      '{"currently_syncing":null}',
      nested('{"a":{"id":1}}', ',"currently_syncing":null'),
    ],
    [
      "takes keys for streams where there are no bookmarks",
      '{"a":"2026-01-01","b":1}',
      '{"b":2,"currently_syncing":"b"}',
      '{"a":"2026-01-01","b":2,"currently_syncing":"b"}',
    ],
    [
      "keeps every digit and spelling",
      nested('{"a":{"id":9007199254740993,"f":1.0}}'),
      nested('{"b":{"id":-0,"e":1e5}}'),
      nested('{"a":{"id":9007199254740993,"f":1.0},"b":{"id":-0,"e":1e5}}'),
    ],
    [
      "takes a stream called __proto__",
      nested('{"__proto__":{"id":1}}'),
      nested('{"a":{"id":1}}'),
      nested('{"__proto__":{"id":1},"a":{"id":1}}'),
    ],
  ])("%s", (_name, older, newer, expected) => {
    expect(mergedAll(older, [newer])).toEqual({ text: expected, refused: [] });
  });

  it("takes the first state as it is", () => {
    expect(mergedAll(undefined, ['{"a":{"x":1.10}}'])).toEqual({ text: '{"a":{"x":1.10}}', refused: [] });
  });

  it("keeps the old bookmark of a stream that would go back, and takes the others", () => {
    expect(mergedAll(nested('{"a":{"id":5},"b":{"id":5}}'), [nested('{"a":{"id":4},"b":{"id":6}}')])).toEqual(
      {
        text: nested('{"a":{"id":5},"b":{"id":6}}'),
        refused: ["a: id goes back from 5 to 4"],
      },
    );
  });

  it("takes what goes back where that is allowed", () => {
    const { text, refused } = mergedAll(nested('{"a":{"id":5}}'), [nested('{"a":{"id":4}}'), nested("{}")], {
      allowRegression: true,
    });
    expect({ text, refused }).toEqual({ text: nested('{"a":{"id":4}}'), refused: [] });
  });

  it("says when a stream that the run had spoken of is gone", () => {
    const states = [nested('{"a":{"id":6}}'), nested('{"b":{"id":1}}')];
    expect(mergedAll(nested('{"a":{"id":5}}'), states)).toEqual({
      text: nested('{"a":{"id":6},"b":{"id":1}}'),
      refused: ["a: the new state lacks its bookmark"],
    });
  });

  it("lets a refreshed stream begin again with its first new bookmark, and not before or after", () => {
    const older = nested('{"a":{"id":5},"b":{"id":5}}');
    const rules = { refreshed: ["a", "b"] };
    expect(mergedAll(older, [nested("{}", ',"g":1')], rules).text).toBe(
      nested('{"a":{"id":5},"b":{"id":5}}', ',"g":1'),
    );
    expect(mergedAll(older, [nested('{"a":{"id":2}}')], rules)).toEqual({
      text: nested('{"a":{"id":2},"b":{"id":5}}'),
      refused: [],
    });
    expect(mergedAll(older, [nested('{"a":{"id":2}}'), nested('{"a":{"id":1}}')], rules)).toEqual({
      text: nested('{"a":{"id":2},"b":{"id":5}}'),
      refused: ["a: id goes back from 2 to 1"],
    });
  });
});

describe("regressionOf", () => {
  const sdk = (key: string, value: unknown) => ({ replication_key: key, replication_key_value: value });
  const partitions = (...values: readonly [unknown, unknown][]) => ({
    partitions: values.map(([context, value]) => ({ context, ...sdk("at", value) })),
  });
  it.each([
    ["a greater number", { id: 1 }, { id: 2 }, undefined],
    ["the same number in another spelling", { id: 10 }, { id: "10.0" }, undefined],
    ["a smaller number", { id: 10 }, { id: 9 }, "id goes back from 10 to 9"],
    [
      "an integer beyond 2^53",
      parseSource('{"id":9007199254740993}'),
      parseSource('{"id":9007199254740992}'),
      "id goes back from 9007199254740993 to 9007199254740992",
    ],
    [
      "the same moment with another offset",
      { at: "2026-01-01T01:00:00+01:00" },
      { at: "2026-01-01T00:00:00Z" },
      undefined,
    ],
    [
      "an earlier moment",
      { at: "2026-01-02" },
      { at: "2026-01-01T23:59:59Z" },
      "at goes back from 2026-01-02 to 2026-01-01T23:59:59Z",
    ],
    ["an empty bookmark", { id: 1 }, {}, "the new bookmark is empty"],
    ["no bookmark", { id: 1 }, null, "the new bookmark is empty"],
    ["a bookmark of nulls", { id: 1, x: {} }, { id: null, x: [] }, "the new bookmark is empty"],
    ["a null beside something else", { id: 1 }, { id: null, v: 2 }, "id goes back from 1 to null"],
    ["text that has no order", { cursor: "b1-x" }, { cursor: "a1-x" }, undefined],
    ["a number after a moment", { at: "2026-01-01" }, { at: 1 }, undefined],
    ["another replication key", { created: "2026-01-02" }, { updated: "2026-01-01" }, undefined],
    [
      "an offset that goes back beside a moment",
      { at: "2026-01-01", offset: 500 },
      { at: "2026-01-01", offset: 0 },
      undefined,
    ],
    [
      "a moment that goes back beside an offset",
      { at: "2026-01-02", offset: 0 },
      { at: "2026-01-01", offset: 5 },
      "at goes back from 2026-01-02 to 2026-01-01",
    ],
    ["the SDK's shape, forward", sdk("at", "2026-01-01"), sdk("at", "2026-01-02"), undefined],
    [
      "the SDK's shape, back",
      sdk("at", "2026-01-02"),
      sdk("at", "2026-01-01"),
      "at goes back from 2026-01-02 to 2026-01-01",
    ],
    [
      "the SDK's shape without its value",
      sdk("at", 5),
      { replication_key: "at" },
      "at goes back from 5 to null",
    ],
    ["the SDK's shape for another key", sdk("at", 5), sdk("id", 4), undefined],
    ["from one shape to the other, back", { at: 5 }, sdk("at", 4), "at goes back from 5 to 4"],
    ["from the SDK's shape, back", sdk("at", 5), { at: 4 }, "at goes back from 5 to 4"],
    [
      "progress markers that begin again",
      { ...sdk("at", 5), progress_markers: { replication_key_value: 9 } },
      { ...sdk("at", 5), progress_markers: { replication_key_value: 6 } },
      undefined,
    ],
    ["a bare value, back", "2026-01-02", "2026-01-01", " goes back from 2026-01-02 to 2026-01-01"],
    [
      "a partition, back",
      partitions([{ a: 1, b: 2 }, 5], [{ a: 2 }, 5]),
      partitions([{ a: 2 }, 6], [{ b: 2, a: 1 }, 4]),
      "at goes back from 5 to 4",
    ],
    [
      "partitions in another order",
      partitions([{ a: 1 }, 5], [{ a: 2 }, 1]),
      partitions([{ a: 2 }, 1], [{ a: 1 }, 5]),
      undefined,
    ],
    [
      "a partition that is gone",
      partitions([{ a: 1 }, 5], [{ a: 2 }, 5]),
      partitions([{ a: 2 }, 6]),
      undefined,
    ],
    ["no partitions any more", partitions([{ a: 1 }, 5]), { partitions: [] }, "the new bookmark is empty"],
    ["nothing to lose", {}, null, undefined],
  ])("%s", (_name, old, next, reason) => {
    expect(regressionOf(old, next)).toBe(reason);
  });
});

describe("mergedState", () => {
  it.each([
    ["nothing", undefined, undefined],
    ["no state in either half", { completed: undefined, partial: undefined }, undefined],
    ["an empty state", { completed: "{}", partial: undefined }, undefined],
    ["the completed half alone", { completed: '{"a":1.0}', partial: undefined }, '{"a":1.0}'],
    ["the partial half alone", { completed: undefined, partial: '{"a":1.0}' }, '{"a":1.0}'],
    [
      "partial over completed, deeply; lists are replaced",
      {
        completed: '{"b":{"x":{"i":1,"j":[1,2]},"y":1},"c":null}',
        partial: '{"b":{"x":{"j":[3],"k":9007199254740993}},"c":{"d":1}}',
      },
      '{"b":{"x":{"i":1,"j":[3],"k":9007199254740993},"y":1},"c":{"d":1}}',
    ],
  ])("%s", (_name, stored, expected) => {
    expect(mergedState(stored)).toBe(expected);
  });
});

describe("withoutStreams", () => {
  it.each([
    [nested('{"a":1,"b":2.0}', ',"c":3'), nested('{"b":2.0}', ',"c":3')],
    ['{"a":1,"b":2.0}', '{"b":2.0}'],
  ])("%s", (state, expected) => {
    expect(withoutStreams(state, ["a", "c"])).toBe(expected);
  });
});

/** A bookmark of either shape; its value is a number of any length, or a moment. */
const number = fc.oneof(
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.nat(3).map(String),
);
const moment = fc
  .integer({ min: 0, max: 4 * 10 ** 9 })
  .map((second) => JSON.stringify(new Date(second * 1000).toISOString()));
const position = fc.oneof(number, moment);
const bookmark = fc.oneof(
  position.map((value) => `{"at":${value}}`),
  position.map((value) => `{"replication_key":"at","replication_key_value":${value}}`),
  fc
    .tuple(position, position)
    .map(
      ([one, two]) => `{"partitions":[{"context":{"id":1},"at":${one}},{"context":{"id":2},"at":${two}}]}`,
    ),
  fc.constantFrom("{}", "null", '{"cursor":"x-1"}'),
);
const stream = fc.constantFrom("a", "b", "c", "__proto__", "1", "currently");
const bookmarks = fc
  .uniqueArray(fc.tuple(stream, bookmark), { selector: ([name]) => name })
  .map((entries) => `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`);
const states = fc.boolean().chain((isNested) => {
  const state = isNested ? bookmarks.map((text) => nested(text)) : bookmarks;
  return fc.array(state, { maxLength: 8 });
});

/** Streams that keep to one shape, as those of one tap do. */
const steady = {
  a: fc.oneof(
    number.map((value) => `{"at":${value}}`),
    fc.constant("{}"),
  ),
  b: moment.map((value) => `{"replication_key":"at","replication_key_value":${value}}`),
  c: fc
    .tuple(number, number)
    .map(
      ([one, two]) => `{"partitions":[{"context":{"id":1},"at":${one}},{"context":{"id":2},"at":${two}}]}`,
    ),
  __proto: moment,
};
const steadyStates = fc.boolean().chain((isNested) => {
  const state = fc
    .record(steady, { requiredKeys: [] })
    .map((found) => Object.entries(found).map(([name, text]) => `${JSON.stringify(name)}:${text}`))
    .map((members) => `{${members.join(",")}}`);
  return fc.array(isNested ? state.map((text) => nested(text)) : state, { maxLength: 8 });
});

describe("any sequence of states", () => {
  it("loses no bookmark, and moves none back", () => {
    fc.assert(
      fc.property(states, (texts) => {
        let before: JsonRecord = {};
        for (const [index] of texts.entries()) {
          const after = parseStateText(mergedAll(undefined, texts.slice(0, index + 1)).text ?? "{}") ?? {};
          for (const [name, old] of bookmarksIn(before)) {
            expect(bookmarksIn(after).has(name)).toBe(true);
            expect(regressionOf(old, bookmarksIn(after).get(name))).toBeUndefined();
          }
          before = after;
        }
      }),
    );
  });

  it("changes nothing when any beginning of it comes again", () => {
    fc.assert(
      fc.property(steadyStates, fc.nat(8), (texts, length) => {
        const { text } = mergedAll(undefined, texts);
        if (text === undefined) return;
        expect(mergedAll(text, [text])).toEqual({ text, refused: [] });
        expect(mergedAll(text, texts.slice(0, length)).text).toBe(text);
      }),
    );
  });
});
