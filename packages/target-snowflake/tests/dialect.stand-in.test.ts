import type { SnowflakeSandbox } from "@chorale/sandbox";
import type { ColumnType, TableSpec } from "@chorale/target-sdk";
import { planTable, quoteName, quoteTable, retireRows, type Statement } from "@chorale/target-sdk/sql";
import { describe, expect, it } from "vitest";
import type { SnowflakeConnection } from "../src/connection.ts";
import { snowflakeDialect } from "../src/dialect.ts";
import { setSession } from "../src/set-up-statements.ts";
import { describeTable, existingColumns, type TimestampType } from "../src/stored-types.ts";
import { connected, standIn } from "./stand-in.ts";

const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
const table = { catalog: "RAW", schema: "PUBLIC", table: 'T "1"' };
const session = [setSession({ statement_timeout_seconds: 60, lock_timeout_seconds: 10 })];
const integer: ColumnType = { kind: "integer", wide: false };
const wide: ColumnType = { kind: "integer", wide: true };
const string: ColumnType = { kind: "string" };
const timestamp: ColumnType = { kind: "timestamp" };

interface Place {
  readonly snowflake: SnowflakeSandbox;
  run(statement: Statement): Promise<readonly (readonly (string | null)[])[]>;
  plan(columns: TableSpec["columns"], timestampType?: TimestampType): Promise<readonly Statement[]>;
}

async function place(): Promise<Place> {
  const snowflake = await standIn();
  const connection: SnowflakeConnection = await connected(snowflake, {}, { session });
  const run: Place["run"] = async (statement) => (await connection.execute(statement)).rows;
  return {
    snowflake,
    run,
    async plan(columns, timestampType = "TIMESTAMP_NTZ") {
      const described = await connection.execute(describeTable(table)).catch(() => undefined);
      const existing = described === undefined ? [] : existingColumns(described.rows, described.columns);
      const spec = { stream: "s", keyProperties: [], columns, addRecordMetadata: false };
      const own = snowflakeDialect({ timestampType, transient: false });
      const { statements } = planTable({ dialect: own, table, spec, existing, onTypeChange: "widen" });
      for (const statement of statements) await run(statement);
      return statements;
    },
  };
}

const every: TableSpec["columns"] = [
  { property: "i", type: integer, description: "it's an 'integer'\n\\" },
  { property: "w", type: wide },
  { property: "d", type: { kind: "double" } },
  { property: "n", type: { kind: "decimal", precision: 38, scale: 9 } },
  { property: "b", type: { kind: "boolean" } },
  { property: 's "q"', type: { kind: "string", maxLength: 5 } },
  { property: "ts", type: timestamp },
  { property: "da", type: { kind: "date" } },
  { property: "ti", type: { kind: "time" } },
  { property: "j", type: { kind: "json" } },
];

describe("tables in Snowflake", () => {
  it.each(["TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ"] as const)(
    "with %s are made once, and not changed while nothing changes",
    async (timestampType) => {
      const at = await place();
      expect(await at.plan(every.slice(0, 4), timestampType)).toHaveLength(1);
      expect(await at.plan(every, timestampType)).toHaveLength(1);
      expect(await at.plan(every, timestampType)).toEqual([]);
      expect(await at.plan(every.slice(2), timestampType)).toEqual([]);
    },
  );

  it.each<[from: string, value: string, to: ColumnType, text: string]>([
    ["NUMBER(5,0)", "123", integer, "123"],
    ["NUMBER(20,0)", "12345678901234567890", wide, "12345678901234567890"],
    ["NUMBER(10,2)", "1.50", { kind: "decimal", precision: 20, scale: 2 }, "1.50"],
    ["NUMBER(10,2)", "1.50", { kind: "decimal", precision: 20, scale: 4 }, "1.5000"],
    [
      "NUMBER(38,0)",
      "12345678901234567890123456789012345678",
      string,
      "12345678901234567890123456789012345678",
    ],
    ["NUMBER(10,2)", "-1.50", string, "-1.50"],
    ["BOOLEAN", "TRUE", string, "true"],
    ["DATE", "'2024-02-29'", string, "2024-02-29"],
    ["DATE", "'2024-02-29'", timestamp, "2024-02-29 00:00:00.000"],
    ["TIME(9)", "'10:20:30.5'", string, "10:20:30.500000"],
    ["TIMESTAMP_NTZ(9)", "'2024-05-01 10:20:30.123456789'", string, "2024-05-01T10:20:30.123456Z"],
    ["TIMESTAMP_TZ(9)", "'2024-05-01 10:20:30 +0530'", string, "2024-05-01T04:50:30.000000Z"],
    ["TIMESTAMP_LTZ(9)", "'2024-05-01 10:20:30 +0530'", string, "2024-05-01T04:50:30.000000Z"],
    ["TIMESTAMP_TZ(3)", "'2024-05-01 10:20:30.123 +0530'", timestamp, "2024-05-01 04:50:30.123"],
    ["VARCHAR(5)", "'abcde'", { kind: "string", maxLength: 9 }, "abcde"],
    ["VARCHAR(5)", "'abcde'", { kind: "json" }, '"abcde"'],
    ["NUMBER(10,2)", "1.25", { kind: "json" }, "1.25"],
    ["TIMESTAMP_NTZ(9)", "'2024-05-01 10:20:30'", { kind: "json" }, '"2024-05-01T10:20:30.000000Z"'],
    ["BOOLEAN", "FALSE", { kind: "json" }, "false"],
  ])("widen a column of %s and keep its %s as %j", async (from, value, type, text) => {
    const at = await place();
    await at.run({ sql: `CREATE TABLE ${quoteTable(table)} ("V" ${from}, "W" NUMBER(38,0))` });
    await at.run({
      sql: `INSERT INTO ${quoteTable(table)} ("V", "W") SELECT ${value}, 1 UNION ALL SELECT NULL, 2`,
    });
    const columns = [{ property: "v", type }];
    expect((await at.plan(columns)).length).toBeGreaterThan(0);
    const shown = type.kind === "json" ? "TO_JSON(V)" : "CAST(V AS VARCHAR)";
    expect(await at.run({ sql: `SELECT ${shown} FROM ${quoteTable(table)} ORDER BY W` })).toEqual([
      [text],
      [null],
    ]);
    expect(await at.plan(columns)).toEqual([]);
  });

  it("retire rows by the warehouse's own clock", async () => {
    const at = await place();
    await at.run({
      sql: `CREATE TABLE ${quoteTable(table)} ("V" NUMBER(38,0), "M" TIMESTAMP_NTZ, "T" VARCHAR)`,
    });
    await at.run({
      sql: `INSERT INTO ${quoteTable(table)} ("V") SELECT 1 UNION ALL SELECT NULL UNION ALL SELECT 2`,
    });
    const common = { dialect, table, versionColumn: "V", version: 2 };
    await at.run(retireRows({ ...common, markedIn: { name: "M", type: timestamp } }));
    await at.run(retireRows({ ...common, markedIn: { name: "T", type: string } }));
    const marked = `SELECT COUNT(*) FROM ${quoteTable(table)} WHERE ${quoteName("M")} > DATEADD(MINUTE, -5, SYSDATE()) AND T LIKE '____-__-__T%Z'`;
    expect(await at.run({ sql: marked })).toEqual([["2"]]);
    await at.run(retireRows(common));
    expect(await at.run({ sql: `SELECT V FROM ${quoteTable(table)}` })).toEqual([["2"]]);
  });

  it("of other loaders are taken over when they can hold the data", async () => {
    const at = await place();
    const types = [
      "NUMBER(38,0)",
      "FLOAT",
      "VARCHAR(16777216)",
      "TIMESTAMP_TZ",
      "VARIANT",
      "BOOLEAN",
      "DATE",
      "TIME",
    ];
    const wanted = ["integer", "double", "string", "timestamp", "json", "boolean", "date", "time"] as const;
    const columns = wanted.map((kind, index) => ({
      property: `c${index}`,
      type: kind === "integer" ? integer : { kind },
    }));
    await at.run({
      sql: `CREATE TABLE ${quoteTable(table)} (${types.map((type, index) => `"C${index}" ${type}`).join(", ")})`,
    });
    expect(await at.plan(columns)).toEqual([]);
    await expect(at.plan([{ property: "c0", type: { kind: "json" } }])).resolves.not.toEqual([]);
  });

  it.each(["OBJECT", "ARRAY", "BINARY"])("with a column of %s are an error that says why", async (type) => {
    const at = await place();
    await at.run({ sql: `CREATE TABLE ${quoteTable(table)} ("V" ${type})` });
    await expect(at.plan([{ property: "v", type: { kind: "json" } }])).rejects.toThrow(
      /its column "V" of type .* cannot hold "v", which needs VARIANT\. Set on_type_change to new_column/,
    );
  });
});
