import type { JsonSchema } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../src/index.ts";
import { type Dialect, type ExistingColumn, planTable, type TypeChangeRule } from "../../src/sql/index.ts";
import { folded, kept } from "./dialects.ts";

const integer: JsonSchema = { type: "integer" };
const string: JsonSchema = { type: "string" };
const number: JsonSchema = { type: "number" };
const table = { schema: "s", table: "t" };

interface Wanted {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly existing?: readonly (readonly [name: string, sqlType: string])[];
  readonly keys?: readonly string[];
  readonly metadata?: boolean;
  readonly rule?: TypeChangeRule;
  readonly longNumbers?: ReadonlySet<string>;
}

function plan(
  dialect: Dialect,
  { properties, existing = [], keys = [], metadata = false, rule = "widen", longNumbers }: Wanted,
) {
  return planTable({
    dialect,
    table,
    spec: {
      stream: "users",
      keyProperties: keys,
      columns: columnsOf({ properties }),
      addRecordMetadata: metadata,
    },
    existing: existing.map(
      ([name, sqlType]): ExistingColumn => ({ name, sqlType, nullable: true, hasDefault: false }),
    ),
    onTypeChange: rule,
    ...(longNumbers === undefined ? {} : { longNumbers }),
  });
}

const sqlOf = (dialect: Dialect, wanted: Wanted): string[] =>
  plan(dialect, wanted).statements.map(({ sql }) => sql);

describe("statements of both dialects", () => {
  const cases: readonly [
    name: string,
    wanted: Wanted,
    inKept: readonly string[],
    inFolded: readonly string[],
  ][] = [
    [
      "a new table",
      { properties: { id: integer, "a B": string } },
      ['CREATE TABLE "s"."t" ("id" INTEGER, "a B" STRING)'],
      ['CREATE TRANSIENT TABLE "s"."t" ("ID" INTEGER, "A B" STRING)'],
    ],
    [
      "a new table whose properties are described",
      { properties: { id: { type: "integer", description: "the user's number" }, v: string } },
      ['CREATE TABLE "s"."t" ("id" INTEGER, "v" STRING)'],
      [`CREATE TRANSIENT TABLE "s"."t" ("ID" INTEGER COMMENT 'the user''s number', "V" STRING)`],
    ],
    [
      "new columns that are described",
      {
        properties: { id: integer, b: { type: "string", description: "b" }, c: number },
        existing: [["ID", "INTEGER"]],
      },
      ['ALTER TABLE "s"."t" ADD COLUMN "b" STRING', 'ALTER TABLE "s"."t" ADD COLUMN "c" DOUBLE'],
      [`ALTER TABLE "s"."t" ADD COLUMN "B" STRING COMMENT 'b', "C" DOUBLE`],
    ],
    [
      "a described column whose type changes",
      { properties: { id: { type: "string", description: "who" } }, existing: [["ID", "INTEGER"]] },
      ['ALTER TABLE "s"."t" ALTER COLUMN "ID" SET DATA TYPE STRING USING CAST("ID" AS STRING)'],
      [
        `ALTER TABLE "s"."t" ADD COLUMN "ID__widened" STRING COMMENT 'who'`,
        'UPDATE "s"."t" SET "ID__widened" = CAST("ID" AS STRING)',
        'ALTER TABLE "s"."t" DROP COLUMN "ID"',
        'ALTER TABLE "s"."t" RENAME COLUMN "ID__widened" TO "ID"',
      ],
    ],
    [
      "a column of a long name whose type changes",
      { properties: { a_name_of_22_characters: string }, existing: [["A_NAME_OF_22_CHARACTERS", "INTEGER"]] },
      [
        'ALTER TABLE "s"."t" ALTER COLUMN "A_NAME_OF_22_CHARACTERS" SET DATA TYPE STRING USING CAST("A_NAME_OF_22_CHARACTERS" AS STRING)',
      ],
      [
        'ALTER TABLE "s"."t" ADD COLUMN "A_NAME_0d484c1b__widened" STRING',
        'UPDATE "s"."t" SET "A_NAME_0d484c1b__widened" = CAST("A_NAME_OF_22_CHARACTERS" AS STRING)',
        'ALTER TABLE "s"."t" DROP COLUMN "A_NAME_OF_22_CHARACTERS"',
        'ALTER TABLE "s"."t" RENAME COLUMN "A_NAME_0d484c1b__widened" TO "A_NAME_OF_22_CHARACTERS"',
      ],
    ],
    [
      "a description that is new, of a column that is there",
      { properties: { id: { type: "integer", description: "who" } }, existing: [["ID", "INTEGER"]] },
      [],
      [],
    ],
    ["nothing to do", { properties: { id: integer }, existing: [["ID", "INTEGER"]] }, [], []],
    ["a wider column that is there", { properties: { id: integer }, existing: [["ID", "STRING"]] }, [], []],
    [
      "two new columns",
      { properties: { id: integer, b: string, c: number }, existing: [["ID", "INTEGER"]] },
      ['ALTER TABLE "s"."t" ADD COLUMN "b" STRING', 'ALTER TABLE "s"."t" ADD COLUMN "c" DOUBLE'],
      ['ALTER TABLE "s"."t" ADD COLUMN "B" STRING, "C" DOUBLE'],
    ],
    [
      "a type that changes",
      { properties: { id: string }, existing: [["ID", "INTEGER"]] },
      ['ALTER TABLE "s"."t" ALTER COLUMN "ID" SET DATA TYPE STRING USING CAST("ID" AS STRING)'],
      [
        'ALTER TABLE "s"."t" ADD COLUMN "ID__widened" STRING',
        'UPDATE "s"."t" SET "ID__widened" = CAST("ID" AS STRING)',
        'ALTER TABLE "s"."t" DROP COLUMN "ID"',
        'ALTER TABLE "s"."t" RENAME COLUMN "ID__widened" TO "ID"',
      ],
    ],
    [
      "a small type of the same kind",
      { properties: { id: integer }, existing: [["ID", "SMALL"]] },
      ['ALTER TABLE "s"."t" ALTER COLUMN "ID" SET DATA TYPE INTEGER'],
      ['ALTER TABLE "s"."t" ALTER COLUMN "ID" SET DATA TYPE INTEGER'],
    ],
    [
      "a type that changes, in a column of its own",
      { properties: { id: string }, existing: [["ID", "INTEGER"]], rule: "new_column" },
      ['ALTER TABLE "s"."t" ADD COLUMN "id__string" STRING'],
      ['ALTER TABLE "s"."t" ADD COLUMN "ID__STRING" STRING'],
    ],
  ];

  it.each(cases)("%s", (_name, wanted, inKept, inFolded) => {
    expect(sqlOf(kept, wanted)).toEqual(inKept);
    expect(sqlOf(folded, wanted)).toEqual(inFolded);
  });
});

describe("a copy that a killed run left", () => {
  it("is made anew while its original is there", () => {
    expect(
      sqlOf(folded, {
        properties: { id: string },
        existing: [
          ["ID", "INTEGER"],
          ["ID__widened", "STRING"],
        ],
      }),
    ).toEqual([
      'ALTER TABLE "s"."t" DROP COLUMN "ID__widened"',
      'ALTER TABLE "s"."t" ADD COLUMN "ID__widened" STRING',
      'UPDATE "s"."t" SET "ID__widened" = CAST("ID" AS STRING)',
      'ALTER TABLE "s"."t" DROP COLUMN "ID"',
      'ALTER TABLE "s"."t" RENAME COLUMN "ID__widened" TO "ID"',
    ]);
  });

  it("takes its original's name when that is gone", () => {
    const wanted = {
      properties: { id: string },
      existing: [
        ["A", "STRING"],
        ["ID__widened", "STRING"],
      ],
    } as const;
    expect(sqlOf(folded, wanted)).toEqual(['ALTER TABLE "s"."t" RENAME COLUMN "ID__widened" TO "ID"']);
    expect(plan(folded, wanted).columns).toEqual([{ property: "id", name: "ID", type: { kind: "string" } }]);
  });

  it("is no copy when a property is named so", () => {
    const properties = { id: string, id__widened: string };
    const existing = [
      ["id", "STRING"],
      ["id__widened", "STRING"],
    ] as const;
    expect(sqlOf(kept, { properties, existing })).toEqual([]);
  });
});

describe("on_type_change: new_column", () => {
  const wanted = (existing: Wanted["existing"], v: JsonSchema, more: Wanted["properties"] = {}): Wanted => ({
    properties: { v, ...more },
    rule: "new_column",
    ...(existing === undefined ? {} : { existing }),
  });
  const columnOf = (options: Wanted): string | undefined => plan(kept, options).columns[0]?.name;

  it.each([
    ["the column that holds the values", wanted([["v", "INTEGER"]], integer), "v"],
    [
      "the column made before, when the type is back",
      wanted(
        [
          ["v", "INTEGER"],
          ["v__string", "STRING"],
        ],
        integer,
      ),
      "v__string",
    ],
    [
      "the narrowest of several",
      wanted(
        [
          ["v", "INTEGER"],
          ["v__json", "JSON"],
          ["v__double", "DOUBLE"],
          ["v__string", "STRING"],
        ],
        number,
      ),
      "v__double",
    ],
    [
      "a new one when none holds the values",
      wanted(
        [
          ["v", "INTEGER"],
          ["v__double", "DOUBLE"],
        ],
        string,
      ),
      "v__string",
    ],
    [
      "not one that another property has",
      wanted(
        [
          ["v", "INTEGER"],
          ["v__string", "STRING"],
        ],
        integer,
        { v__string: string },
      ),
      "v",
    ],
    [
      "not one that only looks like it",
      wanted(
        [
          ["v", "INTEGER"],
          ["v__other", "STRING"],
        ],
        integer,
      ),
      "v",
    ],
  ])("uses %s", (_name, options, name) => {
    expect(columnOf(options)).toBe(name);
  });

  it("widens the column that was made for the kind", () => {
    const decimal = (precision: number, scale: number): JsonSchema => ({
      type: "string",
      format: "x-singer.decimal",
      precision,
      scale,
    });
    const options = wanted(
      [
        ["v", "BOOLEAN"],
        ["v__decimal", "DECIMAL(10,2)"],
      ],
      decimal(12, 4),
    );
    expect(sqlOf(kept, options)).toEqual([
      'ALTER TABLE "s"."t" ALTER COLUMN "v__decimal" SET DATA TYPE DECIMAL(12,4)',
    ]);
  });

  it("refuses a column that another property wants too", () => {
    expect(() => plan(kept, wanted([["v", "INTEGER"]], string, { v__string: string }))).toThrow(
      'users: the properties "v" and "v__string" would share the column "v__string". Leave one of them out of the selection, or set on_type_change to widen.',
    );
  });

  it("widens keys in place", () => {
    const options = { ...wanted([["v", "INTEGER"]], string), keys: ["v"] };
    expect(sqlOf(kept, options)).toEqual([
      'ALTER TABLE "s"."t" ALTER COLUMN "v" SET DATA TYPE STRING USING CAST("v" AS STRING)',
    ]);
  });
});

describe("numbers that a double would change", () => {
  it("are asked for before integers or decimals become doubles, and only then", () => {
    const existing = [
      ["a", "INTEGER"],
      ["b", "DECIMAL(38,9)"],
      ["c", "INTEGER"],
      ["d", "DOUBLE"],
    ] as const;
    const properties = { a: number, b: number, c: string, d: number };
    expect(plan(kept, { properties, existing }).checks).toEqual(
      ["a", "b"].map((name) => ({
        column: name,
        statement: {
          sql: `SELECT count(*) FROM "s"."t" WHERE LENGTH(TRIM(REPLACE(REPLACE(CAST("${name}" AS VARCHAR), '-', ''), '.', ''), '0')) > 15`,
        },
      })),
    );
  });

  it("become text where there are any", () => {
    const wanted = {
      properties: { a: number },
      existing: [["a", "INTEGER"]],
      longNumbers: new Set(["a"]),
    } as const;
    expect(sqlOf(kept, wanted)).toEqual([
      'ALTER TABLE "s"."t" ALTER COLUMN "a" SET DATA TYPE STRING USING CAST("a" AS STRING)',
    ]);
    expect(plan(kept, wanted).columns).toEqual([{ property: "a", name: "a", type: { kind: "string" } }]);
  });
});

describe("metadata", () => {
  it("stands behind the source's columns, folded as they are", () => {
    expect(sqlOf(folded, { properties: { id: integer }, metadata: true })).toEqual([
      'CREATE TRANSIENT TABLE "s"."t" ("ID" INTEGER, "_SDC_EXTRACTED_AT" TIMESTAMP, "_SDC_RECEIVED_AT" TIMESTAMP, "_SDC_BATCHED_AT" TIMESTAMP, "_SDC_DELETED_AT" TIMESTAMP, "_SDC_SEQUENCE" INTEGER, "_SDC_TABLE_VERSION" INTEGER, "_SDC_SYNC_STARTED_AT" INTEGER)',
    ]);
  });

  it("leaves _sdc_deleted_at to a source that names it, and takes the others", () => {
    const properties = { _sdc_deleted_at: string, id: integer, _sdc_sequence: string, _sdc_lsn: integer };
    const { columns, metadata, taken } = plan(kept, { properties, metadata: true });
    expect(columns.map(({ name }) => name)).toEqual(["_sdc_deleted_at", "id", "_sdc_lsn"]);
    expect(metadata.map(({ name }) => name)).not.toContain("_sdc_deleted_at");
    expect(metadata).toHaveLength(6);
    expect(taken).toEqual(["_sdc_sequence"]);
  });

  it("clashes with a property that becomes the same column", () => {
    expect(() => plan(folded, { properties: { _Sdc_Sequence: integer }, metadata: true })).toThrow(
      'users: the properties "_Sdc_Sequence" and "_sdc_sequence" become one column in Folded.',
    );
  });
});

describe("refusals", () => {
  it.each([
    [
      "a key that is not in the schema",
      { properties: { id: integer }, keys: ["uid"] },
      'users: the key property "uid" is not in the schema. Correct the tap\'s key_properties or its schema.',
    ],
    [
      "a key that bears the name of a metadata column",
      { properties: { _sdc_sequence: integer }, keys: ["_sdc_sequence"], metadata: true },
      'users: the key property "_sdc_sequence" bears the name of a column that the target fills. Set add_record_metadata to false, or choose another key.',
    ],
    [
      "a column of a type that is not known",
      { properties: { id: integer }, existing: [["id", "UUID"]] as const },
      'users: the table s.t is there and its column "id" of type UUID cannot hold "id", which needs INTEGER. Set on_type_change to new_column, or load into another table with stream_overrides.',
    ],
  ])("%s", (_name, wanted, message) => {
    expect(() => plan(kept, wanted)).toThrow(message);
  });
});
