import { silentLogger } from "@chorale/singer";
import { quoteName, quoteTable, type TableName } from "@chorale/target-sdk/sql";
import type { ExistingTable, StoredColumn, StoredRow, StoredValue } from "@chorale/target-sdk/testing";
import { connectSnowflake, type SnowflakeConnection } from "../src/connection.ts";
import { snowflakeDialect } from "../src/dialect.ts";
import { snowflakeText } from "../src/literals.ts";
import { setSession } from "../src/set-up-statements.ts";
import { isMissing } from "../src/snowflake-errors.ts";
import { describeTable, existingColumns } from "../src/stored-types.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";

type Config = Readonly<Record<string, unknown>>;

const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });

/** Reads all rows of a table exactly, also while a run is under way; empty when there is no table. */
export function readRows(config: Config, table: string): Promise<readonly StoredRow[]> {
  return withConnection(config, async (connection) => {
    const place = placeOf(config, table);
    const columns = await columnsOf(connection, place);
    if (columns.length === 0) return [];
    const values = columns.map(({ name, kind }) => exactText(quoteName(name), kind)).join(", ");
    const { rows } = await connection.execute({ sql: `SELECT ${values} FROM ${quoteTable(place)}` });
    return rows.map((row) =>
      Object.fromEntries(
        columns.map(({ name, kind }, index) => [name, storedValue(row[index] ?? null, kind)]),
      ),
    );
  });
}

/** Reads the columns of a table; empty when there is no table. */
export function readColumns(config: Config, table: string): Promise<readonly StoredColumn[]> {
  return withConnection(config, (connection) => columnsOf(connection, placeOf(config, table)));
}

/** Makes and fills a table. */
export function createTable(config: Config, { name, columns, rows }: ExistingTable): Promise<void> {
  return withConnection(config, async (connection) => {
    const place = placeOf(config, name);
    const definitions = columns.map(
      (column) => `${quoteName(column.name)} ${dialect.columnType(column.type)}`,
    );
    await connection.execute({
      sql: `CREATE SCHEMA IF NOT EXISTS ${quoteName(place.catalog)}.${quoteName(place.schema)}`,
    });
    await connection.execute({ sql: `CREATE TABLE ${quoteTable(place)} (${definitions.join(", ")})` });
    for (const row of rows) {
      const values = row.map((value, index) => literal(value, columns[index]?.type.kind));
      await connection.execute({ sql: `INSERT INTO ${quoteTable(place)} SELECT ${values.join(", ")}` });
    }
  });
}

/** A case reads several times with the same settings, and to check them takes as long as to read. */
const checked = new WeakMap<Config, ReturnType<typeof snowflakeConfig>>();

async function withConnection<T>(
  settings: Config,
  use: (connection: SnowflakeConnection) => Promise<T>,
): Promise<T> {
  const checking = checked.get(settings) ?? snowflakeConfig(settings);
  checked.set(settings, checking);
  const config = await checking;
  const connection = await connectSnowflake(config, {
    log: silentLogger,
    signal: new AbortController().signal,
    purpose: "load",
    session: [setSession(config)],
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

function placeOf(config: Config, table: string): TableName & { readonly catalog: string } {
  return {
    catalog: String(config["database"]),
    schema: dialect.fold(String(config["default_target_schema"])),
    table,
  };
}

async function columnsOf(connection: SnowflakeConnection, table: TableName): Promise<StoredColumn[]> {
  try {
    const { rows, columns } = await connection.execute(describeTable(table));
    return existingColumns(rows, columns).map(({ name, sqlType }) => {
      const kind = dialect.storedType(sqlType)?.type.kind;
      if (kind === undefined) throw new Error(`${table.table} has a column of type ${sqlType}`);
      return { name, kind };
    });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function exactText(column: string, kind: StoredColumn["kind"]): string {
  switch (kind) {
    case "timestamp":
      return `TO_VARCHAR(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"')`;
    case "time":
      return `TO_VARCHAR(${column}, 'HH24:MI:SS.FF6')`;
    case "date":
      return `TO_VARCHAR(${column}, 'YYYY-MM-DD')`;
    case "json":
      return `TO_JSON(${column})`;
    default:
      return column;
  }
}

function storedValue(value: string | null, kind: StoredColumn["kind"]): StoredValue {
  if (value === null) return null;
  switch (kind) {
    case "boolean":
      return value.toUpperCase() === "TRUE";
    case "integer":
      return BigInt(value);
    case "double":
      return Number(value);
    default:
      return value;
  }
}

function literal(value: string | null, kind: StoredColumn["kind"] | undefined): string {
  if (value === null) return "NULL";
  return kind === "json" ? `PARSE_JSON(${snowflakeText(value)})` : snowflakeText(value);
}
