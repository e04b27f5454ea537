import assert from "node:assert/strict";
import { parentOf } from "../stream-tree.ts";
import type { TapCheck } from "./tap-checks.ts";
import { recordsByStream, type TapLab } from "./tap-lab.ts";

/** What a tap reads and what it leaves. */
export function selectionChecks<Config>(lab: TapLab<Config>): readonly TapCheck[] {
  return [
    { name: "emits nothing but the selected stream", verify: () => streamsRunAlone(lab) },
    { name: "asks nothing when nothing is selected", verify: () => nothingIsAsked(lab) },
    { name: "makes no request of deselected streams", verify: () => deselectedStayQuiet(lab) },
  ];
}

async function streamsRunAlone<Config>(lab: TapLab<Config>): Promise<void> {
  const whole = recordsByStream((await lab.whole()).messages);
  for (const name of lab.names) {
    const { messages } = await lab.single(name);
    const streams = new Set(messages.flatMap((message) => ("stream" in message ? [message.stream] : [])));
    assert.deepEqual([...streams], [name], `streams of a run of ${name} alone`);
    const contents = (records: ReturnType<typeof whole.get>) =>
      (records ?? []).map(({ record }) => JSON.stringify(record)).toSorted();
    assert.deepEqual(
      contents(recordsByStream(messages).get(name)),
      contents(whole.get(name)),
      `${name}: records alone and among all`,
    );
  }
}

async function nothingIsAsked<Config>(lab: TapLab<Config>): Promise<void> {
  const { messages, paths, error } = await lab.run({ streams: [] });
  assert.equal(error, undefined);
  assert.deepEqual(
    messages.filter(({ type }) => type !== "STATE"),
    [],
  );
  assert.deepEqual([...(paths ?? [])], []);
}

async function deselectedStayQuiet<Config>(lab: TapLab<Config>): Promise<void> {
  const own = await ownPaths(lab);
  if (own === undefined) return;
  await assertRootsAskLess(lab);
  const pathsOf = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => own.get(name) ?? []);
  for (const half of [0, 1]) {
    const selected = lab.names.filter((_, index) => index % 2 === half);
    const deselected = lab.names.filter((name) => !selected.includes(name));
    const { paths = new Set<string>(), error } = await lab.run({ streams: selected });
    assert.equal(error, undefined);
    const allowed = new Set(pathsOf(selected.flatMap((name) => [...withAncestors(lab, name)])));
    assert.deepEqual(
      pathsOf(deselected).filter((path) => paths.has(path) && !allowed.has(path)),
      [],
      `requests of deselected streams, while ${selected.join(", ")} were selected`,
    );
  }
}

/** A stream alone asks less than all together. Without this a tap that always reads all would look consistent. */
async function assertRootsAskLess<Config>(lab: TapLab<Config>): Promise<void> {
  const roots = lab.tap.streams.filter(({ parent }) => parent === undefined);
  const { requestCount: all = 0 } = await lab.whole();
  for (const { name } of roots.length > 1 ? roots : []) {
    const { requestCount: alone = 0 } = await lab.single(name);
    assert.ok(alone < all, `${name} alone made ${alone} requests, all streams together ${all}`);
  }
}

/** The paths that each stream asks for itself: what it adds to its parent's. */
async function ownPaths<Config>(
  lab: TapLab<Config>,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const own = new Map<string, readonly string[]>();
  for (const stream of lab.tap.streams) {
    const { paths } = await lab.single(stream.name);
    if (paths === undefined) return undefined;
    const parent = parentOf(stream, lab.tap.streams);
    const above = parent === undefined ? undefined : (await lab.single(parent.name)).paths;
    own.set(
      stream.name,
      [...paths].filter((path) => above?.has(path) !== true),
    );
  }
  return own;
}

function withAncestors<Config>({ tap }: TapLab<Config>, name: string): ReadonlySet<string> {
  const names = new Set<string>();
  let stream = tap.streams.find((each) => each.name === name);
  while (stream !== undefined) {
    names.add(stream.name);
    stream = parentOf(stream, tap.streams);
  }
  return names;
}
