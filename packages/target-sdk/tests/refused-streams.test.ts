import type { Message } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type MemoryHooks, MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, feed, gate, record, runWith, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();

/** What was tried to be staged. */
interface Attempt {
  readonly stream: string;
  readonly rewritten: boolean;
  readonly ids: readonly number[];
  /** The keys of its rows, each form once. */
  readonly forms: readonly string[];
}

function nested(stream: string): Message {
  return {
    type: "SCHEMA",
    stream,
    schema: {
      type: "object",
      properties: {
        id: { type: "integer" },
        o: { type: ["null", "object"], properties: { p: { type: ["null", "integer"] } } },
      },
    },
    key_properties: ["id"],
  };
}

function row(stream: string, id: number): Message {
  return record(stream, { id, o: { p: id } });
}

/** Refuses the lines of `a` that were not rewritten, where it is told to, and holds its first answer back. */
function guarded(place: "stage" | "commit") {
  const attempts: Attempt[] = [];
  const [held, rewritten] = [gate(), gate()];
  const refused = (isRefused: boolean) => (isRefused ? "a guard saw it" : undefined);
  const hooks: MemoryHooks = {
    stage: async () => {
      if (place === "stage") await held.opened;
    },
    beforeCommit: async () => {
      if (place === "commit") await held.opened;
    },
    refuse: (batch, rows) => {
      const { stream } = batch.shape.spec;
      attempts.push({
        stream,
        rewritten: batch.rewritten,
        ids: rows.map(({ record: { id } }) => Number(id)),
        forms: [...new Set(rows.map(({ record: values }) => Object.keys(values).join()))],
      });
      if (batch.rewritten) rewritten.open();
      return refused(place === "stage" && stream === "a");
    },
    refuseInCommit: (batch) =>
      refused(place === "commit" && batch.shape.spec.stream === "a" && !batch.rewritten),
  };
  return { warehouse: new MemoryWarehouse({ hooks }), attempts, held, rewritten };
}

function recordingLog() {
  const lines: string[] = [];
  const at = (message: string) => void lines.push(message);
  return { lines, log: { debug: at, info: at, warn: at, error: at } };
}

const cases = (["stage", "commit"] as const).flatMap((place) =>
  [true, false].flatMap((validate) => [true, false].map((flatten) => ({ place, validate, flatten }))),
);

describe("a stream of which a batch was refused", () => {
  it.each(cases)(
    "is rewritten from its next batch on: in a $place, validate_records $validate, flattened $flatten",
    async ({ place, validate, flatten }) => {
      const { warehouse, attempts, held, rewritten } = guarded(place);
      const { lines, log } = recordingLog();
      const { input, push, end } = feed();
      const run = runWith(warehouse, input, {
        log,
        config: {
          temp_dir: folder.path,
          batch_size_rows: 2,
          validate_records: validate,
          flattening_enabled: flatten,
        },
      });
      await push(bytes(nested("a"), nested("b"), row("a", 1), row("a", 2), row("b", 1)));
      await push(bytes(row("a", 3)));
      held.open();
      await rewritten.opened;
      await push(bytes(row("a", 4), row("a", 5), row("b", 2), row("a", 6), row("a", 7), state(1)));
      end();
      const { error, states, summary } = await run;
      expect({ error, states }).toEqual({ error: undefined, states: ["1"] });
      const flat = flatten ? "id,o__p" : "id,o";
      const attempt = (stream: string, isRewritten: boolean, ids: readonly number[]): Attempt => ({
        stream,
        rewritten: isRewritten,
        ids,
        forms: [isRewritten ? flat : "id,o"],
      });
      expect(attempts.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))).toEqual([
        attempt("a", false, [1, 2]),
        attempt("a", true, [1, 2]),
        // It was open when the first was refused, and stays as it was.
        attempt("a", false, [3, 4]),
        attempt("a", true, [3, 4]),
        attempt("a", true, [5, 6]),
        attempt("a", true, [7]),
        attempt("b", false, [1, 2]),
      ]);
      expect(warehouse.records("a").map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(summary?.streams.get("a")).toMatchObject({ records: 7, loaded: 7, dropped: {} });
      expect(lines.filter((line) => line.includes("next batch"))).toEqual([
        "a: its records are rewritten from its next batch on, because a batch was refused",
      ]);
    },
  );

  it("stays so when another SCHEMA comes", async () => {
    const { warehouse, attempts, held, rewritten } = guarded("stage");
    held.open();
    const { input, push, end } = feed();
    const config = { temp_dir: folder.path, batch_size_rows: 2 };
    const run = runWith(warehouse, input, { config });
    await push(bytes(nested("a"), row("a", 1), row("a", 2)));
    await rewritten.opened;
    await push(bytes({ ...nested("a"), key_properties: [] }, row("a", 3), row("a", 4), state(1)));
    end();
    expect((await run).error).toBeUndefined();
    expect(attempts.map(({ rewritten: isRewritten, ids }) => [isRewritten, ids])).toEqual([
      [false, [1, 2]],
      [true, [1, 2]],
      [true, [3, 4]],
    ]);
  });
});

/** By stream and first id, what came as it was before what was rewritten. */
function keyOf({ stream, ids, rewritten }: Attempt): string {
  return `${stream}${ids[0]}${rewritten}`;
}

describe("the counts of a refused batch", () => {
  const users: Message = {
    type: "SCHEMA",
    stream: "a",
    schema: {
      type: "object",
      properties: {
        id: { type: "integer" },
        n: { type: ["null", "integer"] },
        s: { type: ["null", "string"] },
      },
    },
    key_properties: ["id"],
  };
  const records = [
    { id: 1, n: 1, s: "a", x: 1 },
    // Both pass the schema and are beyond their columns. The first is found when its line is read, for it is long.
    { id: 2, n: 2, s: "z".repeat(200), x: 1 },
    { id: 3, n: 1e30, s: "b", y: { z: 1 } },
    { id: "bad", n: 3, s: null, x: 1 },
    { id: 5, n: "five", s: null },
  ];

  it.each(
    (["stage", "commit"] as const).flatMap((place) =>
      (["skip", "quarantine"] as const).flatMap((policy) =>
        [true, false].map((validate) => ({ place, policy, validate })),
      ),
    ),
  )(
    "have each record once: in a $place, $policy, validate_records $validate",
    async ({ place, policy, validate }) => {
      const { warehouse, held, attempts } = guarded(place);
      held.open();
      if (policy === "quarantine") folder.remains([/^chorale-quarantine-/]);
      const { summary, error } = await runWith(
        warehouse,
        [bytes(users, ...records.map((values) => record("a", values)), state(1))],
        {
          config: {
            temp_dir: folder.path,
            validate_records: validate,
            on_invalid_value: "null",
            on_invalid_record: policy,
            max_string_bytes: 150,
            on_oversize: "truncate",
          },
        },
      );
      expect(error).toBeUndefined();
      expect(attempts.map(({ rewritten }) => rewritten)).toEqual([false, true]);
      expect(warehouse.records("a")).toEqual([
        { id: "1", n: "1", s: "a" },
        { id: "2", n: "2", s: "z".repeat(150) },
        { id: "3", n: null, s: "b" },
        { id: "5", n: null, s: null },
      ]);
      expect(summary?.streams.get("a")).toEqual({
        records: 5,
        loaded: 4,
        skipped: policy === "skip" ? 1 : 0,
        quarantined: policy === "quarantine" ? 1 : 0,
        nulled: { n: 2 },
        truncated: { s: 1 },
        dropped: { x: 2, y: 1 },
      });
    },
  );
});
