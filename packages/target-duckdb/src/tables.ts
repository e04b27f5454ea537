import type { Logger } from "@chorale/singer";
import {
  type LaneRules,
  overrideOf,
  propertyFedByNumbers,
  type ShapedColumn,
  type TableSpec,
} from "@chorale/target-sdk";
import { nameOf, SqlTables, type TableName, tableNameOf } from "@chorale/target-sdk/sql";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { DuckdbConfig } from "./config.ts";
import { duckdbDialect } from "./dialect.ts";
import { ask, columnsOfTable, transact } from "./statements.ts";

/** What tables are made with. */
export interface TablesOptions {
  readonly connection: DuckDBConnection;
  /** The database's own name, which a schema may have too. */
  readonly catalog: string;
  readonly config: DuckdbConfig;
  readonly log: Logger;
}

const defaultSchema = "main";

/** Makes the tables that a session loads into. */
export function createTables({ connection, catalog, config, log }: TablesOptions): SqlTables {
  return new SqlTables({
    dialect: duckdbDialect,
    config,
    log,
    laneOf,
    locate: (stream) => ({
      catalog,
      schema: overrideOf(config, stream).schema ?? schemaOf(config),
      table: tableOf(stream, config),
    }),
    executor: {
      ask: (statement) => ask(connection, statement),
      describe: (table) => columnsOfTable(connection, table),
      change: (statements) =>
        transact(connection, async (run) => {
          for (const statement of statements) await run(statement);
        }),
    },
  });
}

/** A table beside those of streams, such as the one of states: `name`, or `schema.name`. */
export function namedTable(
  name: string,
  { catalog, config }: Pick<TablesOptions, "catalog" | "config">,
): TableName {
  const [first = "", ...rest] = name.split(".");
  return rest.length === 0
    ? { catalog, schema: schemaOf(config), table: first }
    : { catalog, schema: first, table: rest.join(".") };
}

function schemaOf({ default_target_schema: schema }: DuckdbConfig): string {
  return schema ?? defaultSchema;
}

function tableOf(stream: string, config: DuckdbConfig): string {
  const dialect = duckdbDialect;
  const override = overrideOf(config, stream).table;
  return override === undefined
    ? tableNameOf(stream, { dialect })
    : nameOf(override, { dialect, stream, what: "table" });
}

function laneOf(spec: TableSpec, columns: readonly ShapedColumn[]): LaneRules {
  const reason = rewriteReason(spec, columns);
  return {
    ...(reason === undefined ? {} : { rewriteAll: reason }),
    // Escaped halves of surrogate pairs fail the file that they are in, which is then rewritten: escapes
    // are far too common to rewrite every line that has one.
    unsafeBytes: ["invalid-utf8"],
  };
}

/** Why DuckDB's reader would lose digits, the spelling or the place of a value, of every line. */
function rewriteReason(spec: TableSpec, columns: readonly ShapedColumn[]): string | undefined {
  const properties = new Set(columns.map(({ property }) => property));
  const inner = spec.columns.find(({ property, path }) => path !== undefined && properties.has(property));
  if (inner !== undefined) return `"${inner.property}" is taken from within another property`;
  const fed = propertyFedByNumbers(spec, { columns, kinds: ["string", "decimal"] });
  return fed === undefined ? undefined : `"${fed}" keeps the digits of numbers as they were written`;
}
