import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { quoteName, quoteText } from "@chorale/target-sdk/sql";
import type { ExistingTable, StoredColumn, StoredRow, StoredValue } from "@chorale/target-sdk/testing";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { duckdbDialect } from "../src/dialect.ts";

type Config = Readonly<Record<string, unknown>>;

/** Reads all rows of a table, also while a run is under way; empty when there is no table. */
export function readRows(config: Config, table: string): Promise<readonly StoredRow[]> {
  return withConnection(config, async (connection) => {
    const columns = await columnsOf(connection, table);
    if (columns.length === 0) return [];
    const values = columns.map(({ name, kind }) => exactText(quoteName(name), kind)).join(", ");
    const result = await connection.runAndReadAll(`SELECT ${values} FROM ${quoteName(table)}`);
    return result
      .getRows()
      .map((row) =>
        Object.fromEntries(columns.map(({ name, kind }, index) => [name, storedValue(row[index], kind)])),
      );
  });
}

/** Reads the columns of a table; empty when there is no table. */
export function readColumns(config: Config, table: string): Promise<readonly StoredColumn[]> {
  return withConnection(config, (connection) => columnsOf(connection, table));
}

/** Makes and fills a table. */
export function createTable(config: Config, { name, columns, rows }: ExistingTable): Promise<void> {
  return withConnection(config, async (connection) => {
    const definitions = columns.map(
      (column) => `${quoteName(column.name)} ${duckdbDialect.columnType(column.type)}`,
    );
    await connection.run(`CREATE TABLE ${quoteName(name)} (${definitions.join(", ")})`);
    for (const row of rows) {
      const values = row.map((value) => (value === null ? "NULL" : quoteText(value)));
      await connection.run(`INSERT INTO ${quoteName(name)} VALUES (${values.join(", ")})`);
    }
  });
}

async function withConnection<T>(
  config: Config,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.fromCache(String(config["path"]), {
    memory_limit: "512MB",
    threads: String(config["threads"]),
    temp_directory: await temporaryFolder(String(config["temp_dir"])),
    autoinstall_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** DuckDB shares an open database within a process only among those who open it alike: a run's own folder included. */
async function temporaryFolder(parent: string): Promise<string> {
  const [running] = await readdir(parent);
  return running === undefined ? join(parent, "unused") : join(parent, running, "session");
}

async function columnsOf(connection: DuckDBConnection, table: string): Promise<StoredColumn[]> {
  const result = await connection.runAndReadAll(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ${quoteText(table)} AND database_name = current_database() ORDER BY column_index`,
  );
  return result.getRows().map(([name, type]) => {
    const kind = duckdbDialect.storedType(String(type))?.type.kind;
    if (kind === undefined) throw new Error(`${table} has a column of type ${String(type)}`);
    return { name: String(name), kind };
  });
}

function exactText(column: string, kind: StoredColumn["kind"]): string {
  switch (kind) {
    case "timestamp":
      return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
    case "time":
      return `strftime(DATE '2000-01-01' + ${column}, '%H:%M:%S.%f')`;
    case "integer":
    case "decimal":
    case "date":
      return `CAST(${column} AS VARCHAR)`;
    case "string":
    case "json":
      // The driver drops a byte order mark at the beginning of a text.
      return `'|' || ${column}`;
    default:
      return column;
  }
}

function storedValue(value: unknown, kind: StoredColumn["kind"]): StoredValue {
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (kind === "integer") return BigInt(String(value));
  return kind === "string" || kind === "json" ? String(value).slice(1) : String(value);
}
