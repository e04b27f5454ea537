import type { ColumnType } from "@chorale/target-sdk";
import {
  addColumns,
  appendRows,
  countLongNumbers,
  createLedger,
  createSchema,
  createStateTable,
  createTable,
  deleteRows,
  evolveColumn,
  type Load,
  overwriteRows,
  pruneLedger,
  quoteTable,
  retireRows,
  type Statement,
  type TypeChange,
  upsertRows,
  widenColumn,
} from "@chorale/target-sdk/sql";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snowflakeDialect } from "../src/dialect.ts";
import { describeTable, existingColumns } from "../src/stored-types.ts";

const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
const zoned = snowflakeDialect({ timestampType: "TIMESTAMP_TZ", transient: true });
const local = snowflakeDialect({ timestampType: "TIMESTAMP_LTZ", transient: true });

const table = { catalog: "RAW", schema: "SHOP", table: "T" };
const integer: ColumnType = { kind: "integer", wide: false };
const wide: ColumnType = { kind: "integer", wide: true };
const string: ColumnType = { kind: "string" };
const timestamp: ColumnType = { kind: "timestamp" };
const every: readonly { readonly name: string; readonly type: ColumnType }[] = [
  { name: "I", type: integer },
  { name: "W", type: wide },
  { name: "D", type: { kind: "double" } },
  { name: "N", type: { kind: "decimal", precision: 38, scale: 9 } },
  { name: "B", type: { kind: "boolean" } },
  { name: 'S "Q"', type: { kind: "string", maxLength: 5 } },
  { name: "L", type: { kind: "string", maxLength: 4_294_967_295 } },
  { name: "TS", type: timestamp },
  { name: "DA", type: { kind: "date" } },
  { name: "TI", type: { kind: "time" } },
  { name: "J", type: { kind: "json" } },
];

const load: Load = {
  dialect,
  table,
  staged: '(SELECT "_FILE", "_ROW", "c0" FROM "RAW"."SHOP"."_CHORALE_1")',
  columns: [
    { name: "ID", source: "c0", staged: wide, stored: wide },
    { name: "V", source: "c1", staged: wide, stored: string },
    { name: "AT", source: "c2", staged: timestamp, stored: timestamp },
  ],
};
const keyed = { ...load, keys: ["ID"], extractedAt: "AT", removedBy: "gone" };
const latest =
  '(SELECT r.* FROM (SELECT "_FILE", "_ROW", "c0" FROM "RAW"."SHOP"."_CHORALE_1") AS r QUALIFY ROW_NUMBER() OVER (PARTITION BY "c0" ORDER BY "_FILE" DESC, "_ROW" DESC) = 1)';
const receipts = { dialect, table: { ...table, table: "R" } };

const statements: readonly [name: string, statements: readonly Statement[], sql: readonly string[]][] = [
  ["a schema", [createSchema(table)], ['CREATE SCHEMA IF NOT EXISTS "RAW"."SHOP"']],
  [
    "a table with a column of each type",
    [createTable({ dialect, table: { ...table, table: "EVERY" } }, every)],
    [
      'CREATE TABLE "RAW"."SHOP"."EVERY" ("I" NUMBER(38,0), "W" NUMBER(38,0), "D" FLOAT, "N" NUMBER(38,9), "B" BOOLEAN, "S ""Q""" VARCHAR(5), "L" VARCHAR, "TS" TIMESTAMP_NTZ, "DA" DATE, "TI" TIME, "J" VARIANT)',
    ],
  ],
  [
    "a transient table with comments, one of them longer than is kept",
    [
      createTable({ dialect: zoned, table }, [
        { name: "A", type: timestamp, description: "it's a \\ \n'quote'" },
        { name: "B", type: timestamp, description: "ä".repeat(1001) },
      ]),
    ],
    [
      `CREATE TRANSIENT TABLE "RAW"."SHOP"."T" ("A" TIMESTAMP_TZ COMMENT 'it''s a \\\\ \n''quote''', "B" TIMESTAMP_TZ COMMENT '${"ä".repeat(999)}…')`,
    ],
  ],
  [
    "columns, all in one statement",
    addColumns({ dialect, table }, [
      { name: "X", type: integer, description: "a number" },
      { name: "Y", type: string },
    ]),
    [`ALTER TABLE "RAW"."SHOP"."T" ADD COLUMN "X" NUMBER(38,0) COMMENT 'a number', "Y" VARCHAR`],
  ],
  [
    "a longer text, a number of more digits: in place",
    [
      ...widenColumn(
        { dialect, table },
        { name: "V", change: { from: { kind: "string", maxLength: 5 }, to: string } },
      ),
      ...widenColumn({ dialect, table }, { name: "I", change: { from: integer, to: wide } }),
      ...widenColumn(
        { dialect, table },
        {
          name: "N",
          change: {
            from: { kind: "decimal", precision: 10, scale: 2 },
            to: { kind: "decimal", precision: 20, scale: 2 },
          },
        },
      ),
    ],
    [
      'ALTER TABLE "RAW"."SHOP"."T" ALTER COLUMN "V" SET DATA TYPE VARCHAR',
      'ALTER TABLE "RAW"."SHOP"."T" ALTER COLUMN "I" SET DATA TYPE NUMBER(38,0)',
      'ALTER TABLE "RAW"."SHOP"."T" ALTER COLUMN "N" SET DATA TYPE NUMBER(20,2)',
    ],
  ],
  [
    "another type: by a copy that takes the column's name",
    widenColumn({ dialect, table }, { name: "AT", change: { from: timestamp, to: string } }),
    [
      'ALTER TABLE "RAW"."SHOP"."T" ADD COLUMN "AT__widened" VARCHAR',
      `UPDATE "RAW"."SHOP"."T" SET "AT__widened" = TO_VARCHAR(CONVERT_TIMEZONE('UTC', "AT"), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"')`,
      'ALTER TABLE "RAW"."SHOP"."T" DROP COLUMN "AT"',
      'ALTER TABLE "RAW"."SHOP"."T" RENAME COLUMN "AT__widened" TO "AT"',
    ],
  ],
  [
    "appended rows",
    [appendRows(load)],
    [
      'INSERT INTO "RAW"."SHOP"."T" ("ID", "V", "AT") SELECT _chorale_staged."c0", CAST(_chorale_staged."c1" AS VARCHAR), _chorale_staged."c2" FROM (SELECT "_FILE", "_ROW", "c0" FROM "RAW"."SHOP"."_CHORALE_1") AS _chorale_staged',
    ],
  ],
  [
    "merged rows",
    [upsertRows(keyed)],
    [
      `MERGE INTO "RAW"."SHOP"."T" AS _chorale_target USING ${latest} AS _chorale_staged ON _chorale_target."ID" = _chorale_staged."c0" ` +
        'WHEN MATCHED AND _chorale_staged."gone" IS NOT NULL AND (_chorale_target."AT" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."AT") THEN DELETE ' +
        'WHEN MATCHED AND (_chorale_target."AT" IS NULL OR _chorale_staged."c2" IS NULL OR _chorale_staged."c2" >= _chorale_target."AT") THEN UPDATE SET "V" = CAST(_chorale_staged."c1" AS VARCHAR), "AT" = _chorale_staged."c2" ' +
        'WHEN NOT MATCHED AND _chorale_staged."gone" IS NULL THEN INSERT ("ID", "V", "AT") VALUES (_chorale_staged."c0", CAST(_chorale_staged."c1" AS VARCHAR), _chorale_staged."c2")',
    ],
  ],
  [
    "replaced rows, of a keyed load the last of each key",
    [
      overwriteRows({ ...load, columns: load.columns.slice(0, 1) }),
      overwriteRows({ ...keyed, columns: load.columns.slice(0, 1) }),
    ],
    [
      'INSERT OVERWRITE INTO "RAW"."SHOP"."T" ("ID") SELECT _chorale_staged."c0" FROM (SELECT "_FILE", "_ROW", "c0" FROM "RAW"."SHOP"."_CHORALE_1") AS _chorale_staged',
      `INSERT OVERWRITE INTO "RAW"."SHOP"."T" ("ID") SELECT _chorale_staged."c0" FROM ${latest} AS _chorale_staged WHERE _chorale_staged."gone" IS NULL`,
    ],
  ],
  ["no rows", [deleteRows(table)], ['DELETE FROM "RAW"."SHOP"."T"']],
  [
    "retired rows, removed and marked",
    [
      retireRows({ dialect, table, versionColumn: "N", version: 1_714_557_600_123 }),
      retireRows({
        dialect,
        table,
        versionColumn: "N",
        version: 2,
        markedIn: { name: "AT", type: timestamp },
      }),
      retireRows({ dialect, table, versionColumn: "N", version: 2, markedIn: { name: "V", type: string } }),
      retireRows({
        dialect: zoned,
        table,
        versionColumn: "N",
        version: 2,
        markedIn: { name: "AT", type: timestamp },
      }),
      retireRows({
        dialect: local,
        table,
        versionColumn: "N",
        version: 2,
        markedIn: { name: "AT", type: timestamp },
      }),
    ],
    [
      'DELETE FROM "RAW"."SHOP"."T" WHERE ("N" IS NULL OR "N" < 1714557600123)',
      'UPDATE "RAW"."SHOP"."T" SET "AT" = SYSDATE() WHERE "AT" IS NULL AND ("N" IS NULL OR "N" < 2)',
      `UPDATE "RAW"."SHOP"."T" SET "V" = TO_VARCHAR(CONVERT_TIMEZONE('UTC', SYSDATE()), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"') WHERE "V" IS NULL AND ("N" IS NULL OR "N" < 2)`,
      `UPDATE "RAW"."SHOP"."T" SET "AT" = CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP()) WHERE "AT" IS NULL AND ("N" IS NULL OR "N" < 2)`,
      'UPDATE "RAW"."SHOP"."T" SET "AT" = CURRENT_TIMESTAMP() WHERE "AT" IS NULL AND ("N" IS NULL OR "N" < 2)',
    ],
  ],
  [
    "receipts",
    [
      createStateTable(receipts),
      createLedger(receipts),
      pruneLedger(receipts, new Date("2026-01-02T03:04:05.006Z")),
    ],
    [
      'CREATE TABLE IF NOT EXISTS "RAW"."SHOP"."R" ("STATE_ID" VARCHAR, "STATE" VARCHAR, "COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      'CREATE TABLE IF NOT EXISTS "RAW"."SHOP"."R" ("COMMIT_ID" VARCHAR, "COMMITTED_AT" TIMESTAMP_NTZ)',
      'DELETE FROM "RAW"."SHOP"."R" WHERE "COMMITTED_AT" < CAST(? AS TIMESTAMP_NTZ)',
    ],
  ],
  [
    "a count of long numbers",
    [countLongNumbers({ table }, "N")],
    [
      `SELECT count(*) FROM "RAW"."SHOP"."T" WHERE LENGTH(TRIM(REPLACE(REPLACE(CAST("N" AS VARCHAR), '-', ''), '.', ''), '0')) > 15`,
    ],
  ],
  ["the columns of a table", [describeTable(table)], ['DESCRIBE TABLE "RAW"."SHOP"."T"']],
];

describe("statements in Snowflake's SQL", () => {
  it.each(statements)("%s", (_name, made, sql) => {
    expect(made.map((statement) => statement.sql)).toEqual(sql);
  });
});

describe("conversions", () => {
  const double: ColumnType = { kind: "double" };
  const conversions: readonly [from: ColumnType, to: ColumnType, sql: string][] = [
    [integer, { kind: "double" }, 'CAST("C" AS FLOAT)'],
    [integer, { kind: "decimal", precision: 38, scale: 2 }, 'CAST("C" AS NUMBER(38,2))'],
    [integer, string, 'CAST("C" AS VARCHAR)'],
    [{ kind: "decimal", precision: 9, scale: 2 }, string, 'CAST("C" AS VARCHAR)'],
    [{ kind: "boolean" }, string, 'CAST("C" AS VARCHAR)'],
    [
      double,
      string,
      `IFF(TO_DOUBLE(CAST("C" AS VARCHAR)) = "C", CAST("C" AS VARCHAR), TO_VARCHAR("C", 'FM9.9999999999999999EE'))`,
    ],
    [{ kind: "date" }, string, `TO_VARCHAR("C", 'YYYY-MM-DD')`],
    [{ kind: "time" }, string, `TO_VARCHAR("C", 'HH24:MI:SS.FF6')`],
    [{ kind: "date" }, timestamp, 'CAST("C" AS TIMESTAMP_NTZ)'],
    [timestamp, timestamp, `CAST(CONVERT_TIMEZONE('UTC', "C") AS TIMESTAMP_NTZ)`],
    [string, { kind: "json" }, 'TO_VARIANT("C")'],
    [integer, { kind: "json" }, 'TO_VARIANT("C")'],
    [double, { kind: "json" }, 'TO_VARIANT("C")'],
    [{ kind: "boolean" }, { kind: "json" }, 'TO_VARIANT("C")'],
    [{ kind: "date" }, { kind: "json" }, `TO_VARIANT(TO_VARCHAR("C", 'YYYY-MM-DD'))`],
    [
      timestamp,
      { kind: "json" },
      `TO_VARIANT(TO_VARCHAR(CONVERT_TIMEZONE('UTC', "C"), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"'))`,
    ],
    [{ kind: "string", maxLength: 3 }, string, '"C"'],
    [integer, wide, '"C"'],
  ];

  it.each(conversions)("%j becomes %j", (from, to, sql) => {
    expect(dialect.convert('"C"', { from, to })).toBe(sql);
  });

  const changes: readonly [change: TypeChange, inPlace: boolean][] = [
    [{ from: { kind: "string", maxLength: 3 }, to: string }, true],
    [{ from: integer, to: wide }, true],
    [
      { from: { kind: "decimal", precision: 9, scale: 2 }, to: { kind: "decimal", precision: 12, scale: 2 } },
      true,
    ],
    [
      { from: { kind: "decimal", precision: 9, scale: 2 }, to: { kind: "decimal", precision: 12, scale: 4 } },
      false,
    ],
    [{ from: integer, to: { kind: "decimal", precision: 38, scale: 2 } }, false],
    [{ from: integer, to: string }, false],
    [{ from: timestamp, to: timestamp }, false],
    [{ from: { kind: "time" }, to: { kind: "time" } }, false],
    [{ from: { kind: "date" }, to: timestamp }, false],
    [{ from: string, to: { kind: "json" } }, false],
  ];

  it.each(changes)("%j is made in place: %s", (change, inPlace) => {
    expect(dialect.widensInPlace(change)).toBe(inPlace);
  });
});

describe("types of columns", () => {
  const types: readonly [sql: string, type: ColumnType, narrow?: boolean][] = [
    ["NUMBER(38,0)", wide],
    ["NUMBER(37,0)", integer],
    ["NUMBER(19,0)", integer],
    ["NUMBER(18,0)", integer, true],
    ["NUMBER(1,0)", integer, true],
    ["NUMBER(38,9)", { kind: "decimal", precision: 38, scale: 9 }],
    ["NUMBER(4,4)", { kind: "decimal", precision: 4, scale: 4 }],
    ["FLOAT", { kind: "double" }],
    ["BOOLEAN", { kind: "boolean" }],
    ["VARCHAR(16777216)", string],
    ["VARCHAR(134217728)", string],
    ["VARCHAR(16777215)", { kind: "string", maxLength: 16_777_215 }],
    ["VARCHAR(1)", { kind: "string", maxLength: 1 }],
    ["VARCHAR(10) COLLATE 'en-ci'", { kind: "string", maxLength: 10 }],
    ["TIMESTAMP_NTZ(9)", timestamp],
    ["TIMESTAMP_TZ(6)", timestamp],
    ["TIMESTAMP_LTZ(9)", timestamp],
    ["TIMESTAMP_NTZ(5)", timestamp, true],
    ["TIMESTAMP_TZ(0)", timestamp, true],
    ["DATE", { kind: "date" }],
    ["TIME(9)", { kind: "time" }],
    ["TIME(3)", { kind: "time" }, true],
    ["VARIANT", { kind: "json" }],
  ];

  it.each(types)("%s is read as it is described", (sql, type, narrow) => {
    expect(dialect.storedType(sql)).toEqual(narrow === true ? { type, narrow } : { type });
  });

  it.each([
    "OBJECT",
    "ARRAY",
    "ARRAY(NUMBER(38,0))",
    "MAP(VARCHAR(16777216), NUMBER(38,0))",
    "BINARY(8388608)",
    "GEOGRAPHY",
    "GEOMETRY",
    "VECTOR(FLOAT, 3)",
    "DECFLOAT(38)",
    "USER_DEFINED_TYPE",
    "",
  ])("%s holds no column of a stream", (sql) => {
    expect(dialect.storedType(sql)).toBeUndefined();
  });

  it.each(every)("$name is not altered once it was made", ({ name, type }) => {
    const made: Readonly<Record<string, string>> = {
      FLOAT: "FLOAT",
      VARCHAR: "VARCHAR(16777216)",
      TIMESTAMP_NTZ: "TIMESTAMP_NTZ(9)",
      TIME: "TIME(9)",
    };
    const sql = dialect.columnType(type);
    const existing = [{ name, sqlType: made[sql] ?? sql, nullable: true, hasDefault: false }];
    const evolved = evolveColumn(
      { property: "p", name, type, isKey: false, stream: "s", table: "t" },
      { dialect, existing, onTypeChange: "fail", longNumbers: new Set(), wantedNames: new Set([name]) },
    );
    expect(evolved.change).toBeUndefined();
    expect(evolved.isNew).toBeUndefined();
  });

  it("reads DESCRIBE TABLE by the names of its columns, in whatever order", () => {
    const names = ["type", "name", "kind", "null?", "default", "primary key", "expression"];
    const rows = [
      ["NUMBER(38,0)", "ID", "COLUMN", "N", null, "Y", null],
      ["VARCHAR(16777216)", 'a "b"', "COLUMN", "Y", "'x'", "N", null],
      ["NUMBER(38,0)", "SUM", "VIRTUAL", "N", null, "N", "ID + 1"],
    ];
    expect(existingColumns(rows, names)).toEqual([
      { name: "ID", sqlType: "NUMBER(38,0)", nullable: false, hasDefault: false },
      { name: 'a "b"', sqlType: "VARCHAR(16777216)", nullable: true, hasDefault: true },
      { name: "SUM", sqlType: "NUMBER(38,0)", nullable: false, hasDefault: true },
    ]);
    expect(existingColumns([], names)).toEqual([]);
  });
});

describe("names in capitals", () => {
  it.each([
    ["client_Name", "CLIENT_NAME"],
    ["Größe", "GRÖßE"],
    ["ı", "ı"],
    ["ſ", "ſ"],
    ["µ", "µ"],
    ["ǆ", "Ǆ"],
    ["ﬁ", "ﬁ"],
    ["🙂 σς", "🙂 Σς"],
    ["ab", "AB"],
  ])("%s is %s", (name, folded) => {
    expect(dialect.fold(name)).toBe(folded);
  });

  it("keep their length, and once folded stay as they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const folded = dialect.fold(name);
        expect(folded).toHaveLength(name.length);
        expect([...folded]).toHaveLength([...name].length);
        expect(dialect.fold(folded)).toBe(folded);
      }),
    );
  });

  it("let no two letters become one but a letter and its capital", () => {
    const sources = new Map<string, string[]>();
    for (let point = 0; point <= 0x10ffff; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const letter = String.fromCodePoint(point);
      const folded = dialect.fold(letter);
      sources.set(folded, [...(sources.get(folded) ?? []), letter]);
    }
    const merged = [...sources.values()].filter((letters) => letters.length > 1);
    expect(merged.length).toBeGreaterThan(1000);
    for (const letters of merged) {
      expect(letters).toHaveLength(2);
      const [capital = "", small = ""] = letters.toSorted(
        (one, other) => (dialect.fold(one) === one ? -1 : 1) - (dialect.fold(other) === other ? -1 : 1),
      );
      expect(capital.toLowerCase()).toBe(small);
    }
  });

  it("are quoted in a table's name, and longer ones than 255 characters get a hash", () => {
    expect(quoteTable({ catalog: 'a"b', schema: ";--", table: "t" })).toBe('"a""b".";--"."t"');
    expect(dialect.maxNameLength).toBe(255);
  });
});
