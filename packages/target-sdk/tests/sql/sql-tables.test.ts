import type { JsonSchema, LogFields, Logger } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { columnsOf, type TableShape, type TableSpec } from "../../src/index.ts";
import { SqlTables, type SqlTablesOptions, type Statement, type TableName } from "../../src/sql/index.ts";
import { folded } from "./dialects.ts";

const integer: JsonSchema = { type: "integer" };
const number: JsonSchema = { type: "number" };

type Column = readonly [name: string, sqlType: string, nullable: boolean, hasDefault: boolean];

/** A warehouse that answers what a test tells it, and keeps what it was told. */
class Script {
  readonly asked: Statement[] = [];
  readonly described: TableName[] = [];
  readonly changes: (readonly string[])[] = [];
  readonly warnings: string[] = [];
  readonly events: string[] = [];
  columns: readonly Column[] = [];
  longNumbers: unknown = "0";

  tables(more: Partial<SqlTablesOptions> = {}): SqlTables {
    const log: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string, _fields?: LogFields) => void this.warnings.push(message),
      error: () => undefined,
    };
    return new SqlTables({
      dialect: folded,
      config: { on_type_change: "widen" },
      log,
      executor: {
        ask: async (statement) => {
          this.asked.push(statement);
          return [[this.longNumbers]];
        },
        describe: async (table) => {
          this.described.push(table);
          return this.columns.map(([name, sqlType, nullable, hasDefault]) => ({
            name,
            sqlType,
            nullable,
            hasDefault,
          }));
        },
        change: async (statements) => void this.changes.push(statements.map(({ sql }) => sql)),
      },
      locate: (stream) => ({ schema: "RAW", table: stream.toUpperCase() }),
      laneOf: (spec, columns) => ({ unsafeBytes: [], rewriteAll: `${spec.stream} ${columns.length}` }),
      ...more,
    });
  }
}

function specOf(
  stream: string,
  properties: Readonly<Record<string, JsonSchema>> = { id: integer },
  metadata = false,
): TableSpec {
  return {
    stream,
    keyProperties: ["id"],
    columns: columnsOf({ properties }),
    addRecordMetadata: metadata,
  };
}

describe("a stream's table", () => {
  it("is made with its schema, once", async () => {
    const script = new Script();
    const tables = script.tables();
    const shape = await tables.prepare(specOf("users"));
    await tables.prepare(specOf("shops"));
    expect(script.changes).toEqual([
      ['CREATE SCHEMA IF NOT EXISTS "RAW"'],
      ['CREATE TRANSIENT TABLE "RAW"."USERS" ("ID" INTEGER)'],
      ['CREATE TRANSIENT TABLE "RAW"."SHOPS" ("ID" INTEGER)'],
    ]);
    expect(shape).toEqual({
      spec: specOf("users"),
      table: "RAW.USERS",
      columns: [{ property: "id", name: "ID", type: { kind: "integer", wide: false } }],
      lane: { unsafeBytes: [], rewriteAll: "users 1" },
    });
    expect(tables.planOf(shape).table).toEqual({ schema: "RAW", table: "USERS" });
    expect(script.described).toEqual([
      { schema: "RAW", table: "USERS" },
      { schema: "RAW", table: "SHOPS" },
    ]);
  });

  it("is left alone while it is as it should be, and its schema with it", async () => {
    const script = new Script();
    script.columns = [["ID", "INTEGER", true, false]];
    await script.tables().prepare(specOf("users"));
    expect(script.changes).toEqual([]);
  });

  it("is made in a schema that the session makes in its own way", async () => {
    const script = new Script();
    const made: string[] = [];
    const tables = script.tables({
      makeSchema: async ({ schema }) => void made.push(schema),
      locate: (stream) => ({ schema: stream.slice(0, 1), table: stream }),
    });
    for (const stream of ["a1", "a2", "b1"]) await tables.prepare(specOf(stream));
    expect(made).toEqual(["a", "b"]);
    expect(script.changes.flat().filter((sql) => sql.startsWith("CREATE SCHEMA"))).toEqual([]);
  });

  it("is announced once, after it was made, also where nothing had to be changed", async () => {
    const script = new Script();
    const announced: unknown[] = [];
    const tables = script.tables({
      onPrepared: async ({ stream }, { table }) => {
        announced.push([stream, table, script.changes.length]);
      },
    });
    await tables.prepare(specOf("users"));
    script.columns = [["ID", "INTEGER", true, false]];
    await tables.prepare(specOf("users", { id: integer, v: integer }));
    await tables.prepare(specOf("shops"));
    expect(announced).toEqual([
      ["users", "USERS", 2],
      ["shops", "SHOPS", 3],
    ]);
  });

  it("is said once to keep rows of former versions, when it has no column for them", async () => {
    const script = new Script();
    const tables = script.tables();
    const plain = await tables.prepare(specOf("users"));
    const versioned = await tables.prepare(specOf("shops", { id: integer }, true));
    const activate = (shape: TableShape) =>
      ({ kind: "activate", shape, version: 2, hardDelete: true }) as const;
    for (const shape of [plain, versioned, plain])
      tables.warnOfVersions({ id: "c", steps: [activate(shape)] });
    expect(script.warnings).toEqual([
      "users: ACTIVATE_VERSION is not followed, because add_record_metadata is false: rows of former versions stay in RAW.USERS",
    ]);
  });

  it("may not be left with a column that has to be filled", async () => {
    const script = new Script();
    script.columns = [
      ["ID", "INTEGER", true, false],
      ["MUST", "INTEGER", false, false],
    ];
    await expect(script.tables().prepare(specOf("users"))).rejects.toThrow(
      'its column "MUST" may not be null',
    );
    script.columns = [
      ["ID", "INTEGER", true, false],
      ["MAY", "INTEGER", true, false],
      ["HAS_DEFAULT", "INTEGER", false, true],
    ];
    expect((await script.tables().prepare(specOf("users"))).columns).toHaveLength(1);
  });

  it.each([
    ["0", "DOUBLE"],
    ["3", "STRING"],
    [0, "DOUBLE"],
    [3, "STRING"],
  ])("keeps long numbers as text: %j of them make a column %s", async (count, type) => {
    const script = new Script();
    script.columns = [["ID", "INTEGER", true, false]];
    script.longNumbers = count;
    const tables = script.tables();
    await tables.prepare(specOf("users", { id: number }));
    expect(script.changes[0]?.[0]).toBe(`ALTER TABLE "RAW"."USERS" ADD COLUMN "ID__widened" ${type}`);
    expect(script.changes).toHaveLength(1);
  });

  it("is none that another stream has", async () => {
    const tables = new Script().tables({ locate: () => ({ schema: "RAW", table: "T" }) });
    await tables.prepare(specOf("users"));
    await tables.prepare(specOf("users"));
    await expect(tables.prepare(specOf("Users"))).rejects.toMatchObject({
      name: "ConfigError",
      message:
        'the streams "users" and "Users" become one table, T. Give one of them another table in stream_overrides.',
    });
  });

  it("may have the name of another stream's in another schema", async () => {
    const tables = new Script().tables({ locate: (stream) => ({ schema: stream, table: "T" }) });
    await tables.prepare(specOf("users"));
    expect((await tables.prepare(specOf("shops"))).table).toBe("shops.T");
  });

  it("is asked for only after it was prepared", async () => {
    const tables = new Script().tables();
    const shape = await new Script().tables().prepare(specOf("users"));
    expect(() => tables.planOf(shape)).toThrow("users: the table RAW.USERS was not prepared.");
  });

  it("says once which properties it does not store", async () => {
    const script = new Script();
    const tables = script.tables();
    const spec = specOf("users", { id: integer, _sdc_sequence: integer }, true);
    await tables.prepare(spec);
    await tables.prepare(spec);
    expect(script.warnings).toEqual([
      "users: _sdc_sequence of the source is not stored: the target fills the column of that name. Set add_record_metadata to false to store the source's.",
    ]);
  });
});
