import { describe, expect, it } from "vitest";
import {
  type CommitUnit,
  columnsOf,
  type SpooledBatch,
  type StagedBatch,
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

interface Scene {
  readonly table?: Table;
  readonly batch?: Partial<SpooledBatch>;
  readonly unit?: (shape: TableShape) => Partial<CommitUnit>;
  /** Columns that were staged, by name; those of the table unless given. */
  readonly staged?: readonly string[];
}

function stepsOf(dialect: Dialect, { table = {}, batch, unit, staged }: Scene) {
  const plan = planOf(dialect, table);
  const shape = shapeOf(plan, table);
  const stagedBatches: StagedBatch[] =
    batch === undefined
      ? []
      : [
          {
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
          },
        ];
  const all = [...plan.columns, ...plan.metadata];
  const columns = (staged ?? all.map(({ name }) => name)).map((name, index) => ({
    name,
    source: `c${index}`,
    staged: all.find((column) => column.name === name)?.type ?? ({ kind: "timestamp" } as const),
  }));
  const context: CommitContext = {
    dialect,
    planOf: () => plan,
    stagedTable: ({ token }) => ({ name: `"${token}"`, columns }),
    stateTable: { dialect, table: { schema: "s", table: "states" } },
  };
  return planCommit(
    { id: "commit", batches: stagedBatches, replaced: [], activations: [], ...unit?.(shape) },
    context,
  );
}

const sqlOf = (dialect: Dialect, scene: Scene): string[] =>
  stepsOf(dialect, scene).map(({ statement }) => statement.sql);

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

describe("the order of a commit", () => {
  it("is: emptied tables, batches, activations, state; each step says what it is for", () => {
    const steps = stepsOf(kept, {
      table: { metadata: true },
      batch: { loadMethod: "append-only" },
      unit: (shape) => ({
        replaced: [shape],
        activations: [
          { shape, version: 7, hardDelete: true },
          { shape, version: 8, hardDelete: false },
        ],
        state: { id: "shop", value: '{"a":1}' },
      }),
    });
    expect(
      steps.map(({ statement, stream, table, rows }) => [
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
      ['UPDATE "s"."users" SET "', undefined, "users", "s.users", undefined],
      ['DELETE FROM "s"."states"', ["shop"], undefined, "s.states", undefined],
      ['INSERT INTO "s"."states"', ["shop", '{"a":1}', "commit"], undefined, "s.states", undefined],
    ]);
  });

  it("has nothing for a version in a table that keeps none", () => {
    const unit = (shape: TableShape): Partial<CommitUnit> => ({
      activations: [{ shape, version: 7, hardDelete: true }],
    });
    expect(stepsOf(kept, { unit })).toEqual([]);
    expect(keepsVersions(planOf(kept, {}))).toBe(false);
    expect(keepsVersions(planOf(folded, { metadata: true }))).toBe(true);
  });
});
