import assert from "node:assert/strict";
import {
  bookmarkOf,
  compareReplicationValues,
  isObject,
  type Message,
  replicationValueOf,
  type State,
} from "@chorale/singer";
import type { AnyStream } from "../definitions.ts";
import { parentOf } from "../stream-tree.ts";
import { keyOf, schemaOf } from "./record-checks.ts";
import type { TapCheck } from "./tap-checks.ts";
import { recordsByStream, statesOf, type TapLab } from "./tap-lab.ts";

const defaultResumePoints = 10;

/** What a tap remembers. */
export function stateChecks<Config>(lab: TapLab<Config>): readonly TapCheck[] {
  return [
    { name: "ends with a state without signs of progress", verify: () => finalStateIsClean(lab) },
    { name: "bookmarks the greatest replication value", verify: () => bookmarksAreGreatest(lab) },
    { name: "never moves a bookmark backwards", verify: () => bookmarksMoveOn(lab) },
    { name: "emits nothing older when it runs again", verify: () => nothingOlder(lab) },
    { name: "loses nothing when it is stopped after a state", verify: () => nothingLost(lab) },
  ];
}

const signsOfProgress: ReadonlySet<string> = new Set([
  "currently_syncing",
  "progress_markers",
  "replication_key_signpost",
  "starting_replication_value",
]);

async function finalStateIsClean<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  assert.equal(messages.at(-1)?.type, "STATE", "the last message is a STATE");
  assert.deepEqual(
    keysIn(finalState(messages)).filter((key) => signsOfProgress.has(key)),
    [],
  );
}

async function bookmarksAreGreatest<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const now = new Date().toISOString();
  const records = recordsByStream(messages);
  for (const { stream, key } of bookmarkedStreams(lab)) {
    const values = (records.get(stream.name) ?? []).map(({ record }) => stream.bookmarkValue(record));
    const greatest = values
      .filter((value) => value !== undefined)
      .toSorted(compareReplicationValues)
      .at(-1);
    const found = replicationValueOf(bookmarkOf(finalState(messages), stream.name), key);
    // A value in the future is cut to the beginning of the run, which the check does not know exactly.
    if (greatest !== undefined && isDateTime(greatest) && compareReplicationValues(greatest, now) > 0) {
      assert.ok(compareReplicationValues(found, now) <= 0, `${stream.name}: the bookmark is in the future`);
    } else assert.deepEqual(found, greatest, `${stream.name}: bookmark and greatest ${key}`);
  }
}

async function bookmarksMoveOn<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  for (const { stream, key } of bookmarkedStreams(lab)) {
    const values = statesOf(messages).map((state) => replicationValueOf(bookmarkOf(state, stream.name), key));
    const known = values.filter((value) => value !== undefined);
    assert.deepEqual(
      known.toSorted(compareReplicationValues),
      known,
      `${stream.name}: its bookmarks in order`,
    );
  }
}

async function nothingOlder<Config>(lab: TapLab<Config>): Promise<void> {
  const state = finalState((await lab.whole()).messages);
  const again = await lab.run({ state });
  assert.equal(again.error, undefined);
  const records = recordsByStream(again.messages);
  const rereads = new Set(lab.options.limits?.rereads);
  for (const { stream, key } of bookmarkedStreams(lab)) {
    if (rereads.has(stream.name)) continue;
    const bookmark = replicationValueOf(bookmarkOf(state, stream.name), key);
    const values = (records.get(stream.name) ?? []).map(({ record }) => stream.bookmarkValue(record));
    const older = values.filter(
      (value) => value !== undefined && compareReplicationValues(value, bookmark) < 0,
    );
    assert.deepEqual(older, [], `${stream.name}: replication values before the bookmark ${String(bookmark)}`);
  }
  assert.deepEqual(finalState(again.messages), state, "the state after a run without news");
}

async function nothingLost<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages } = await lab.whole();
  const all = keysOf(messages);
  const count = statesOf(messages).length;
  for (const point of spread(count, lab.options.resumePoints ?? defaultResumePoints)) {
    let left = point;
    const isPoint = (message: Message): boolean => message.type === "STATE" && left-- === 0;
    const stopped = await lab.run({ until: isPoint });
    const state = statesOf(stopped.messages).at(-1) ?? {};
    const resumed = await lab.run({ state });
    assert.equal(resumed.error, undefined);
    const known = new Set([...keysOf(stopped.messages), ...keysOf(resumed.messages)]);
    const lost = [...all].filter((key) => !known.has(key));
    assert.deepEqual(lost, [], `records lost after state ${point + 1} of ${count}: ${JSON.stringify(state)}`);
  }
}

/** Incremental streams whose bookmarks are their own, not those of a stream above them. */
function bookmarkedStreams<Config>(
  lab: TapLab<Config>,
): readonly { readonly stream: AnyStream<Config>; readonly key: string }[] {
  const { streams } = lab.tap;
  return streams.flatMap((stream) => {
    const { replicationKey: key } = stream;
    if (key === undefined) return [];
    for (let above = parentOf(stream, streams); above !== undefined; above = parentOf(above, streams)) {
      if (above.replicationKey !== undefined) return [];
    }
    return [{ stream, key }];
  });
}

/** All records by stream and key, or by their content where they have no key. */
function keysOf(messages: readonly Message[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [stream, records] of recordsByStream(messages)) {
    const { key_properties: properties } = schemaOf(messages, stream);
    for (const { record } of records) {
      const key = properties.length === 0 ? JSON.stringify(record) : keyOf(record, properties);
      keys.add(`${stream} ${key}`);
    }
  }
  return keys;
}

/** Up to `most` numbers below `count`, evenly spread, the first and the last among them. */
function spread(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const step = (count - 1) / Math.max(1, most - 1);
  return Array.from({ length: most }, (_, index) => Math.round(index * step));
}

function finalState(messages: readonly Message[]): State {
  return statesOf(messages).at(-1) ?? {};
}

function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)]) : [];
}

function isDateTime(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value);
}
