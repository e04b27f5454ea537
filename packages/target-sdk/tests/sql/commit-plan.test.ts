import { describe, expect, it } from "vitest";
import {
  type CommitStep,
  columnsOf,
  type SpooledBatch,
  type StagedBatch,
  type StateReceipt,
  type TableShape,
} from "../../src/index.ts";
import {
  type CommitContext,
  type Dialect,
  type ExistingColumn,
  keepsVersions,
  planCommit,
  planTable,
  type TablePlan,
} from "../../src/sql/index.ts";
import { folded, kept } from "./dialects.ts";

const times = { syncStartedAt: new Date(1), receivedAt: new Date(2), batchedAt: new Date(3) };

interface Table {
  readonly stream?: string;
  readonly keys?: readonly string[];
  readonly metadata?: boolean;
  readonly existing?: readonly ExistingColumn[];
}

function planOf(
  dialect: Dialect,
  { stream = "users", keys = ["id"], metadata = false, existing = [] }: Table,
): TablePlan {
  const columns = columnsOf({ properties: { id: { type: "integer" }, v: { type: "string" } } });
  return planTable({
    dialect,
    table: { schema: "s", table: dialect.fold(stream) },
    spec: { stream, keyProperties: keys, columns, addRecordMetadata: metadata },
    existing,
    onTypeChange: "widen",
  });
}

function shapeOf(plan: TablePlan, { stream = "users", keys = ["id"], metadata = false }: Table): TableShape {
  const columns = columnsOf({ properties: { id: { type: "integer" }, v: { type: "string" } } });
  return {
    spec: { stream, keyProperties: keys, columns, addRecordMetadata: metadata },
    table: `s.${stream}`,
    columns: plan.columns,
    lane: { unsafeBytes: [] },
  };
}

/** What a unit does; `load` is the load of the scene's batch. */
type Unit = (scene: { readonly shape: TableShape; readonly load: CommitStep }) => {
  readonly steps: readonly CommitStep[];
  readonly state?: StateReceipt;
};

interface Scene {
  readonly table?: Table;
  readonly batch?: Partial<SpooledBatch>;
  /** The load alone unless given. */
  readonly unit?: Unit;
  /** Columns that were staged, by name; those of the table unless given. */
  readonly staged?: readonly string[];
  /** What is staged, as SQL in FROM; a table unless given. */
  readonly source?: string;
}

function stagedBatch(shape: TableShape, batch: Partial<SpooledBatch>): StagedBatch {
  return {
    token: "b1",
    batch: {
      id: "batch",
      shape,
      loadMethod: "upsert",
      hardDelete: false,
      files: [],
      rows: 5,
      root: "record",
      rewritten: false,
      times,
      ...batch,
    },
  };
}

function statementsOf(dialect: Dialect, { table = {}, batch = {}, unit, staged, source }: Scene) {
  const plan = planOf(dialect, table);
  const shape = shapeOf(plan, table);
  const all = [...plan.columns, ...plan.metadata];
  const columns = (staged ?? all.map(({ name }) => name)).map((name, index) => ({
    name,
    source: `c${index}`,
    staged: all.find((column) => column.name === name)?.type ?? ({ kind: "timestamp" } as const),
  }));
  const context: CommitContext = {
    dialect,
    planOf: () => plan,
    stagedTable: ({ token }) => ({ name: source ?? `"${token}"`, columns }),
    stateTable: { dialect, table: { schema: "s", table: "states" } },
  };
  const load: CommitStep = { kind: "load", staged: stagedBatch(shape, batch) };
  return planCommit({ id: "commit", ...(unit?.({ shape, load }) ?? { steps: [load] }) }, context);
}

const sqlOf = (dialect: Dialect, scene: Scene): string[] =>
  statementsOf(dialect, scene).map(({ statement }) => statement.sql);

describe("loads in both dialects", () => {
  const cases: readonly [
    name: string,
    scene: Scene,
    inKept: readonly string[],
    inFolded: readonly string[],
  ][] = [
    [
      "append-only",
      { batch: { loadMethod: "append-only" } },
      [
        'INSERT INTO "s"."users" ("id", "v") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM "b1" AS _chorale_staged',
      ],
      [
        'INSERT INTO "s"."USERS" ("ID", "V") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM "b1" AS _chorale_staged',
      ],
    ],
    [
      "upsert without keys",
      { table: { keys: [] }, batch: {} },
      [
        'INSERT INTO "s"."users" ("id", "v") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM "b1" AS _chorale_staged',
      ],
      [
        'INSERT INTO "s"."USERS" ("ID", "V") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM "b1" AS _chorale_staged',
      ],
    ],
    [
      "upsert",
      { batch: {} },
      [
        'MERGE INTO "s"."users" AS _chorale_target USING (SELECT * FROM latest("b1", "c0")) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" WHEN MATCHED THEN UPDATE SET "v" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("id", "v") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
      [
        'MERGE INTO "s"."USERS" AS _chorale_target USING (SELECT * FROM "b1" QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "ROW" DESC) = 1) AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED THEN UPDATE SET "V" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("ID", "V") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
    ],
    [
      "upsert where every column is a key",
      { table: { keys: ["id", "v"] }, batch: {} },
      [
        'MERGE INTO "s"."users" AS _chorale_target USING (SELECT * FROM latest("b1", "c0", "c1")) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" AND _chorale_target."v" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("id", "v") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
      [
        'MERGE INTO "s"."USERS" AS _chorale_target USING (SELECT * FROM "b1" QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0", "c1" ORDER BY "ROW" DESC) = 1) AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" AND _chorale_target."V" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("ID", "V") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
    ],
    [
      "hard_delete without metadata, by a mark that is not kept",
      { batch: { hardDelete: true }, staged: ["id", "v", "_sdc_deleted_at"] },
      [
        'MERGE INTO "s"."users" AS _chorale_target USING (SELECT * FROM latest("b1", "c0")) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" WHEN MATCHED AND _chorale_staged."c2" IS NOT NULL THEN DELETE WHEN MATCHED THEN UPDATE SET "v" = _chorale_staged."c1" WHEN NOT MATCHED AND _chorale_staged."c2" IS NULL THEN INSERT ("id", "v") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
      [],
    ],
    [
      "a query in place of a table",
      { batch: {}, source: "(SELECT * FROM t)" },
      [
        'MERGE INTO "s"."users" AS _chorale_target USING (SELECT * FROM latest((SELECT * FROM t), "c0")) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" WHEN MATCHED THEN UPDATE SET "v" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("id", "v") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
      [
        'MERGE INTO "s"."USERS" AS _chorale_target USING (SELECT * FROM (SELECT * FROM t) QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "ROW" DESC) = 1) AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" WHEN MATCHED THEN UPDATE SET "V" = _chorale_staged."c1" WHEN NOT MATCHED THEN INSERT ("ID", "V") VALUES (_chorale_staged."c0", _chorale_staged."c1")',
      ],
    ],
    [
      "a query in place of a table, appended",
      { batch: { loadMethod: "append-only" }, source: "(SELECT * FROM t)" },
      [
        'INSERT INTO "s"."users" ("id", "v") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM (SELECT * FROM t) AS _chorale_staged',
      ],
      [
        'INSERT INTO "s"."USERS" ("ID", "V") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM (SELECT * FROM t) AS _chorale_staged',
      ],
    ],
    [
      "a batch of fewer columns than the table's",
      { batch: {}, staged: ["id"] },
      [
        'MERGE INTO "s"."users" AS _chorale_target USING (SELECT * FROM latest("b1", "c0")) AS _chorale_staged ON _chorale_target."id" = _chorale_staged."c0" WHEN NOT MATCHED THEN INSERT ("id") VALUES (_chorale_staged."c0")',
      ],
      [],
    ],
  ];

  it.each(cases)("%s", (_name, scene, inKept, inFolded) => {
    expect(sqlOf(kept, scene)).toEqual(inKept);
    if (scene.staged === undefined) expect(sqlOf(folded, scene)).toEqual(inFolded);
  });

  it("upsert with metadata replaces no row that was extracted later", () => {
    const [sql = ""] = sqlOf(kept, { table: { metadata: true }, batch: {} });
    expect(sql).toContain(
      'WHEN MATCHED AND (_chorale_target."_sdc_extracted_at" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."_sdc_extracted_at") THEN UPDATE SET "v"',
    );
  });

  it("a moment that is kept as text does not decide what is newer", () => {
    const existing = [{ name: "_sdc_extracted_at", sqlType: "STRING", nullable: true, hasDefault: false }];
    const [sql = ""] = sqlOf(kept, { table: { metadata: true, existing }, batch: {} });
    expect(sql).toContain("WHEN MATCHED THEN UPDATE");
  });
});

describe("a dialect that replaces whole rows in its own way", () => {
  const replacing: Dialect = {
    ...kept,
    replaceRows: ({ keys, extractedAt, removedBy }) => [
      { sql: `REPLACE BY ${keys.join()} ${extractedAt ?? "-"} ${removedBy ?? "-"}` },
      { sql: "AND DONE" },
    ],
  };
  const other = { name: "note", sqlType: "STRING", nullable: true, hasDefault: false };

  it("does so when a batch fills every column", () => {
    expect(sqlOf(replacing, { batch: {} })).toEqual(["REPLACE BY id - -", "AND DONE"]);
    expect(sqlOf(replacing, { table: { metadata: true }, batch: { hardDelete: true } })).toEqual([
      "REPLACE BY id _sdc_extracted_at c5",
      "AND DONE",
    ]);
  });

  it.each([
    ["the table has a column of others", { table: { existing: [other] }, batch: {} }],
    ["the batch was staged before a column came", { batch: {}, staged: ["id"] }],
  ])("merges when %s", (_name, scene) => {
    expect(sqlOf(replacing, scene)[0]).toMatch(/^MERGE/);
  });
});

describe("a replaced table", () => {
  const insert =
    'INSERT OVERWRITE INTO "s"."USERS" ("ID", "V") SELECT _chorale_staged."c0", _chorale_staged."c1" FROM ';
  const latest = '(SELECT * FROM "b1" QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "ROW" DESC) = 1)';
  const overwrite: Partial<SpooledBatch> = { loadMethod: "overwrite" };
  const replaced: Unit = ({ shape, load }) => ({ steps: [{ kind: "replace", shape }, load] });

  it.each<[name: string, scene: Scene, inFolded: readonly string[]]>([
    [
      "gets the last rows of each key",
      { batch: overwrite, unit: replaced },
      [`${insert}${latest} AS _chorale_staged`],
    ],
    [
      "gets all rows where there are no keys",
      { table: { keys: [] }, batch: overwrite, unit: replaced },
      [`${insert}"b1" AS _chorale_staged`],
    ],
    [
      "gets no row that is marked, with hard_delete",
      {
        batch: { ...overwrite, hardDelete: true },
        staged: ["ID", "V", "_SDC_DELETED_AT"],
        unit: replaced,
      },
      [`${insert}${latest} AS _chorale_staged WHERE _chorale_staged."c2" IS NULL`],
    ],
    [
      "gets the second batch beside the first",
      {
        batch: { loadMethod: "append-only" },
        unit: ({ shape, load }) => ({ steps: [{ kind: "replace", shape }, load, { ...load }] }),
      },
      [
        `${insert}"b1" AS _chorale_staged`,
        `INSERT INTO${insert.slice("INSERT OVERWRITE INTO".length)}"b1" AS _chorale_staged`,
      ],
    ],
    [
      "is emptied when nothing follows",
      { unit: ({ shape }) => ({ steps: [{ kind: "replace", shape }] }) },
      ['DELETE FROM "s"."USERS"'],
    ],
    [
      "is emptied when a version is activated first",
      {
        table: { metadata: true },
        unit: ({ shape }) => ({
          steps: [
            { kind: "replace", shape },
            { kind: "activate", shape, version: 1, hardDelete: true },
          ],
        }),
      },
      [
        'DELETE FROM "s"."USERS"',
        'DELETE FROM "s"."USERS" WHERE ("_SDC_TABLE_VERSION" IS NULL OR "_SDC_TABLE_VERSION" < 1)',
      ],
    ],
    [
      "is emptied when only another table is loaded",
      {
        batch: { loadMethod: "append-only" },
        unit: ({ shape, load }) => ({
          steps: [{ kind: "replace", shape: { ...shape, spec: { ...shape.spec, stream: "other" } } }, load],
        }),
      },
      [
        'DELETE FROM "s"."USERS"',
        `INSERT INTO${insert.slice("INSERT OVERWRITE INTO".length)}"b1" AS _chorale_staged`,
      ],
    ],
  ])("%s", (_name, scene, inFolded) => {
    expect(sqlOf(folded, scene)).toEqual(inFolded);
  });

  it("is emptied and loaded where there is no INSERT OVERWRITE", () => {
    expect(sqlOf(kept, { batch: overwrite, unit: replaced }).map((sql) => sql.slice(0, 23))).toEqual([
      'DELETE FROM "s"."users"',
      'MERGE INTO "s"."users" ',
    ]);
  });

  it("gets its rows in one statement that says so", () => {
    const [planned] = statementsOf(folded, { batch: overwrite, unit: replaced });
    expect(planned).toMatchObject({ stream: "users", table: "s.users", rows: 5 });
  });
});

describe("the order of a commit", () => {
  it("is that of its steps, the state's last; each statement says what it is for", () => {
    const planned = statementsOf(kept, {
      table: { metadata: true },
      batch: { loadMethod: "append-only" },
      unit: ({ shape, load }) => ({
        steps: [
          { kind: "replace", shape },
          load,
          { kind: "activate", shape, version: 7, hardDelete: true },
          load,
          { kind: "activate", shape, version: 8, hardDelete: false },
        ],
        state: { id: "shop", value: '{"a":1}' },
      }),
    });
    expect(
      planned.map(({ statement, stream, table, rows }) => [
        statement.sql.slice(0, 24),
        statement.values,
        stream,
        table,
        rows,
      ]),
    ).toEqual([
      ['DELETE FROM "s"."users"', undefined, "users", "s.users", undefined],
      ['INSERT INTO "s"."users" ', undefined, "users", "s.users", 5],
      ['DELETE FROM "s"."users" ', undefined, "users", "s.users", undefined],
      ['INSERT INTO "s"."users" ', undefined, "users", "s.users", 5],
      ['UPDATE "s"."users" SET "', undefined, "users", "s.users", undefined],
      ['DELETE FROM "s"."states"', ["shop"], undefined, "s.states", undefined],
      ['INSERT INTO "s"."states"', ["shop", '{"a":1}', "commit"], undefined, "s.states", undefined],
    ]);
  });

  it("has nothing for a version in a table that keeps none", () => {
    const unit: Unit = ({ shape }) => ({
      steps: [{ kind: "activate", shape, version: 7, hardDelete: true }],
    });
    expect(statementsOf(kept, { unit })).toEqual([]);
    expect(keepsVersions(planOf(kept, {}))).toBe(false);
    expect(keepsVersions(planOf(folded, { metadata: true }))).toBe(true);
  });
});
