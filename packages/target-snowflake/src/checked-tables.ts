import type { TableName } from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import type { SnowflakeConnection } from "./connection.ts";
import { snowflakeDialect } from "./dialect.ts";
import { defaultSchemaOf, locateTable, namedTable } from "./names.ts";
import type { ProbedTable } from "./privilege-probes.ts";
import { columnsOfTable } from "./tables.ts";

interface NamedTable {
  readonly table: TableName;
  /** Whether a load may change its columns. */
  readonly evolves: boolean;
}

/**
 * Answers the tables that the settings name, as far as they are there: those of the streams in `stream_overrides`, and
 * that of the receipts. Which other streams will come nobody knows before they do.
 */
export async function checkedTables(
  config: SnowflakeConfig,
  connection: SnowflakeConnection,
): Promise<readonly ProbedTable[]> {
  const found: ProbedTable[] = [];
  for (const { table, evolves } of namedTables(config)) {
    const [column] = await columnsOfTable(table, { read: (statement) => connection.execute(statement) });
    if (column !== undefined) found.push({ table, column, evolves });
  }
  return found;
}

function namedTables(config: SnowflakeConfig): readonly NamedTable[] {
  const dialect = snowflakeDialect({ timestampType: config.timestamp_type, transient: false });
  const streams = Object.keys(config.stream_overrides ?? {});
  const receipts = receiptsOf(config);
  return [
    ...streams.map((stream) => ({ table: locateTable(stream, { config, dialect }), evolves: true })),
    ...(receipts === undefined ? [] : [{ table: receipts, evolves: false }]),
  ];
}

/** Without a default schema the ledger is beside the tables that are loaded. */
function receiptsOf(config: SnowflakeConfig): TableName | undefined {
  const { state_table: states, ledger_table: ledger } = config;
  if (states !== undefined) return namedTable(states, { config, setting: "state_table" });
  return defaultSchemaOf(config) === undefined
    ? undefined
    : namedTable(ledger, { config, setting: "ledger_table" });
}
