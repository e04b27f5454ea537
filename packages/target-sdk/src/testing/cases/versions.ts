import { assertFailed, assertNoState, assertRows, assertSucceeded } from "../expectations.ts";
import { activateVersion, integer, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";
import type { SuiteContext } from "../suite-context.ts";

const stream = "full_table";
const properties = { id: integer, name: text };
const keyed = schema(stream, properties, ["id"]);

function versioned(version: number, ids: readonly number[], name = `v${version}`): string[] {
  return ids.map((id) => record(stream, { id, name }, { version }));
}

async function firstRun(context: SuiteContext, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const lines = [
    keyed,
    activateVersion(stream, 1),
    ...versioned(1, [1, 2, 3]),
    activateVersion(stream, 1),
    state(1),
  ];
  assertSucceeded(await context.run(lines, { settings }));
}

const hard = { hard_delete: true, add_record_metadata: true };
const soft = { hard_delete: false, add_record_metadata: true };

/** The ways in which taps place ACTIVATE_VERSION around the records of a version. */
const placements: readonly (readonly [string, (records: readonly string[]) => string[]])[] = [
  ["before the records", (records) => [activateVersion(stream, 2), ...records]],
  ["after the records", (records) => [...records, activateVersion(stream, 2)]],
  [
    "before and after the records",
    (records) => [activateVersion(stream, 2), ...records, activateVersion(stream, 2)],
  ],
];

const placementCases = placements.flatMap(([where, place]): SuiteCase[] => [
  {
    name: `ACTIVATE_VERSION ${where}: rows of the old version go, at every batch size`,
    modes: everyMode,
    async run(context) {
      for (const size of context.mode === "records" ? [1, 2, 3, 100] : [2]) {
        const settings = { ...hard, batch_size_rows: size };
        await firstRun(context, settings);
        assertSucceeded(
          await context.run([keyed, ...place(versioned(2, [1, 2, 4])), state(2)], { settings }),
        );
        await assertRows(
          context,
          stream,
          [1n, 2n, 4n].map((id) => ({ id, name: "v2", _sdc_table_version: 2n })),
        );
        // The next size begins with an empty table.
        assertSucceeded(await context.run([keyed, activateVersion(stream, 3), state(3)], { settings }));
        await assertRows(context, stream, []);
      }
    },
  },
  {
    name: `ACTIVATE_VERSION ${where}, without hard_delete: rows of the old version are marked`,
    modes: everyMode,
    async run(context) {
      await firstRun(context, soft);
      assertSucceeded(
        await context.run([keyed, ...place(versioned(2, [1, 4])), state(2)], { settings: soft }),
      );
      const rows = await context.rows(stream);
      const marked = rows.filter((row) => row[context.columnName("_sdc_deleted_at")] !== null);
      const ids = marked.map((row) => row[context.columnName("id")]).toSorted();
      if (rows.length !== 4 || ids.join() !== "2,3")
        throw new Error(`${rows.length} rows, marked: ${ids.join()}`);
    },
  },
]);

/** Versions of a table: a full extraction replaces the one before it. */
export const versionCases: readonly SuiteCase[] = [
  ...placementCases,
  {
    name: "FULL_TABLE version swap without keys: exactly the new rows remain",
    modes: everyMode,
    async run(context) {
      const unkeyed = schema(stream, properties);
      const lines = (version: number, ids: readonly number[]): string[] => [
        unkeyed,
        ...versioned(version, ids),
        activateVersion(stream, version),
        state(version),
      ];
      for (const [version, ids] of [
        [1, [1, 2, 3]],
        [2, [1, 2]],
        [3, [1, 1, 4]],
      ] as const) {
        assertSucceeded(
          await context.run(lines(version, ids), { settings: { ...hard, batch_size_rows: 2 } }),
        );
      }
      await assertRows(
        context,
        stream,
        [1n, 1n, 4n].map((id) => ({ id, name: "v3" })),
      );
    },
  },
  {
    name: "rows without a version count as old",
    modes: everyMode,
    async run(context) {
      assertSucceeded(
        await context.run(
          [keyed, record(stream, { id: 1, name: "a" }), record(stream, { id: 2, name: "b" })],
          { settings: hard },
        ),
      );
      assertSucceeded(
        await context.run([keyed, ...versioned(1, [2]), activateVersion(stream, 1), state(1)], {
          settings: hard,
        }),
      );
      await assertRows(context, stream, [{ id: 2n, name: "v1" }]);
    },
  },
  {
    name: "ACTIVATE_VERSION touches its own stream alone, however the streams are interleaved",
    modes: lineModes,
    async run(context) {
      const other = (id: number, version: number): string =>
        record("other", { id, name: `o${version}` }, { version });
      const otherKeyed = schema("other", properties, ["id"]);
      const first = [keyed, otherKeyed, ...versioned(1, [1, 2]), other(1, 1), other(2, 1), state(1)];
      for (const size of [1, 2, 100]) {
        const settings = { ...hard, batch_size_rows: size };
        assertSucceeded(await context.run(first, { settings }));
        const [second = "", third = ""] = versioned(2, [2, 3]);
        assertSucceeded(
          await context.run(
            [
              keyed,
              otherKeyed,
              activateVersion(stream, 2),
              other(2, 2),
              second,
              other(3, 2),
              third,
              activateVersion(stream, 2),
              other(4, 2),
              state(2),
            ],
            { settings },
          ),
        );
        await assertRows(context, stream, [
          { id: 2n, name: "v2" },
          { id: 3n, name: "v2" },
        ]);
        await assertRows(context, "other", [
          { id: 1n, name: "o1" },
          { id: 2n, name: "o2" },
          { id: 3n, name: "o2" },
          { id: 4n, name: "o2" },
        ]);
        const cleanUp = [
          keyed,
          otherKeyed,
          activateVersion(stream, 9),
          activateVersion("other", 9),
          state(9),
        ];
        assertSucceeded(await context.run(cleanUp, { settings }));
      }
    },
  },
  {
    name: "ACTIVATE_VERSION before its records, and an input that ends without a STATE: the old rows stay",
    modes: everyMode,
    async run(context) {
      await firstRun(context, hard);
      const outcome = await context.run([keyed, activateVersion(stream, 2), ...versioned(2, [1])], {
        settings: hard,
      });
      assertFailed(outcome, { exitCode: 65 });
      assertNoState(outcome);
      const ids = (await context.rows(stream)).map((row) => String(row[context.columnName("id")]));
      for (const id of ["1", "2", "3"]) if (!ids.includes(id)) throw new Error(`row ${id} is gone`);
    },
  },
  {
    name: "ACTIVATE_VERSION before its records, and an input that breaks off: the old rows stay",
    modes: everyMode,
    async run(context) {
      await firstRun(context, hard);
      const outcome = await context.run([keyed, activateVersion(stream, 2), ...versioned(2, [1])], {
        settings: { ...hard, batch_size_rows: 1 },
        inputError: new Error("the tap died"),
      });
      if (outcome.error === undefined) throw new Error("the run succeeded");
      const ids = (await context.rows(stream)).map((row) => String(row[context.columnName("id")]));
      for (const id of ["1", "2", "3"]) if (!ids.includes(id)) throw new Error(`row ${id} is gone`);
    },
  },
  {
    name: "a version that no record belongs to empties the table at the end of a whole input",
    async run(context) {
      await firstRun(context, hard);
      assertSucceeded(await context.run([keyed, activateVersion(stream, 2), state(2)], { settings: hard }));
      await assertRows(context, stream, []);
    },
  },
];
