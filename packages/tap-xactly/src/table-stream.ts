import { nullable, object, type Presence, type Schema } from "@chorale/singer";
import { type AnyRecord, type AnyStream, Checkpoint, type StreamContext } from "@chorale/tap-sdk";
import { type XactlyConfig, xactly } from "./client.ts";
import { type Column, columnSchema, type IdType, spellingOf } from "./columns.ts";
import { columnsFound, lookAtTable } from "./look-at-table.ts";
import { readRows } from "./read-rows.ts";
import { isSettled, momentText, positionAfter, startOf } from "./read-start.ts";
import type { OpenRoute, SqlRow } from "./sql-route.ts";
import type { Table } from "./tables.ts";
import { placeOf } from "./walks.ts";

type Context = StreamContext<XactlyConfig, AnyRecord>;

/** What the streams of a configuration have in common. */
export interface StreamSettings {
  readonly openRoute: OpenRoute;
  readonly idType: IdType;
  readonly looksForColumns: boolean;
}

/** Makes the stream of a table. A table without a key is read only when it is asked for. */
export function tableStream(table: Table, settings: StreamSettings): AnyStream<XactlyConfig> {
  const { name, keyProperties, replicationKey } = table;
  return xactly.customStream({
    name,
    schema: object(schemasOf(table, settings.idType)),
    keyProperties,
    ...(replicationKey === undefined ? {} : { replicationKey, sorted: true }),
    selectedByDefault: keyProperties.length > 0,
    ...(settings.looksForColumns ? { discover: lookAtTable(table, settings.openRoute) } : {}),
    records: (context) => recordsOf(table, { context, settings }),
  });
}

function schemasOf(
  { columns, keyProperties }: Table,
  idType: IdType,
): Readonly<Record<string, Schema<unknown, Presence>>> {
  const schemas = columns.map((column) => {
    const schema = columnSchema(column, idType);
    return [column.name, keyProperties.includes(column.name) ? schema : nullable(schema)] as const;
  });
  return Object.fromEntries(schemas);
}

/** Only what is emitted is asked for, and what rows are told apart by. */
function selectedColumns(table: Table, { finding, selects }: Context): readonly Column[] {
  const needed = new Set([...table.keyProperties, table.replicationKey]);
  return columnsFound(table, finding).filter(({ name }) => needed.has(name) || selects(table.name, name));
}

async function* recordsOf(
  table: Table,
  { context, settings }: { context: Context; settings: StreamSettings },
): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { config, log, recordLimit, startedAt } = context;
  const columns = selectedColumns(table, context);
  const recordOf = recordMaker(columns, settings.idType);
  const rows = readRows({
    table,
    columns,
    log,
    route: settings.openRoute(context),
    signal: context.signal,
    start: startOf(table, context),
    paging: config.paging,
    limit: Math.min(config.query_rows, recordLimit ?? config.query_rows),
    until: momentText(startedAt.getTime()),
  });
  let count = 0;
  for await (const row of rows) {
    yield recordOf(row);
    count += 1;
    if (count % config.page_size === 0) yield checkpointAt(row, { table, columns, context });
  }
  // Whoever read everything goes on from the bookmark.
  yield new Checkpoint({});
}

/** A position is kept only of rows that nothing can come before any more. */
function checkpointAt(
  row: SqlRow,
  { table, columns, context }: { table: Table; columns: readonly Column[]; context: Context },
): Checkpoint {
  const index = columns.findIndex(({ name }) => name === table.replicationKey);
  if (index < 0 || row[index] === null) return new Checkpoint();
  const values = placeOf(row, { table, columns });
  return new Checkpoint(isSettled(values[0] ?? "", context) ? positionAfter(table, values) : undefined);
}

function recordMaker(columns: readonly Column[], idType: IdType): (row: SqlRow) => AnyRecord {
  const cells = columns.map((column) => ({ name: column.name, spell: spellingOf(column, idType) }));
  return (row) => {
    const record: Record<string, unknown> = {};
    for (const [index, { name, spell }] of cells.entries()) record[name] = spell(row[index]);
    return record;
  };
}
