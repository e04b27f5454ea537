import {
  displayName,
  displayPart,
  fullName,
  type ObjectName,
  objectKey,
  type Table,
  type TableKind,
} from "../catalogue/model.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { SessionState } from "../sessions/session-state.ts";
import { createTableSql, dropTableSql } from "../storage/table-sql.ts";
import { quoted } from "../values/names.ts";
import { ddlAnswer } from "./answers.ts";
import { changeCatalogue } from "./catalogue-change.ts";
import { buildColumns, parseTableDefinition, type TableDefinition } from "./column-definitions.ts";
import { type Command, ddl, type Work } from "./command.ts";
import { type NewTable, parseTableSource, type TableOrigin } from "./create-table-from.ts";
import { parseTableOptions, type TableOptions } from "./table-options.ts";

/** What stands between CREATE and the kind of object. */
export interface CreateMode {
  readonly orReplace: boolean;
  readonly kind: TableKind;
}

interface CreateTable {
  readonly mode: CreateMode;
  readonly ifNotExists: boolean;
  readonly name: NameParts;
  readonly definition: TableDefinition | null;
  readonly options: TableOptions;
  readonly origin: TableOrigin | null;
}

/** Reads CREATE … TABLE, whose words up to TABLE are taken. */
export function parseCreateTable(cursor: Cursor, mode: CreateMode): Command {
  const ifNotExists = cursor.takes("IF", "NOT", "EXISTS");
  if (ifNotExists && mode.orReplace) throw cursor.unexpected();
  const name = cursor.dottedName();
  const definition = cursor.seesOperator("(") ? parseTableDefinition(cursor) : null;
  const before = parseTableSource(cursor);
  const options = parseTableOptions(cursor);
  const origin = before ?? parseTableSource(cursor);
  if (definition === null && origin === null) throw cursor.unexpected();
  if (definition !== null && origin !== null && !origin.takesColumns) throw cursor.unexpected();
  const command = ddl((work) => createTable(work, { mode, ifNotExists, name, definition, options, origin }));
  return { ...command, needsWarehouse: origin?.takesColumns === true };
}

async function createTable(work: Work, create: CreateTable) {
  const { session } = work;
  const name = session.names.place(create.name, "CREATE TABLE");
  session.check("USAGE", "SCHEMA", [name.database, name.schema]);
  const isTemporary = create.mode.kind === "TEMPORARY";
  // Who may use a schema may make temporary tables in it.
  if (!isTemporary) session.check("CREATE TABLE", "SCHEMA", [name.database, name.schema]);
  return changeCatalogue(work, async (run) => {
    const former = tablesOf(session, name, { isTemporary }).get(keyOf(name, { isTemporary }));
    if (former !== undefined && create.ifNotExists) {
      return ddlAnswer(`${displayPart(name.name)} already exists, statement succeeded.`);
    }
    if (former !== undefined && !create.mode.orReplace) throw problems.exists(displayName(fullName(name)));
    const made =
      create.origin === null ? definedTable(work, create) : create.origin.make(work, create.definition);
    const table = newTable(session, { create, made });
    await run(createTableSql(table));
    if (made.rows !== null) await fillTable(table, made.rows(table), run);
    if (former !== undefined) {
      await run(dropTableSql(former));
      await session.parts.files.drop(former.stage.id);
      if (!isTemporary) session.account.moveGrants(new Map([[displayName(fullName(name)), null]]));
    }
    tablesOf(session, name, { isTemporary }).set(keyOf(name, { isTemporary }), table);
    return ddlAnswer(`Table ${displayPart(name.name)} successfully created.`);
  });
}

async function fillTable(table: Table, rows: string, run: (sql: string) => Promise<number>): Promise<void> {
  await run(rows);
  const required = table.columns.filter(({ nullable }) => !nullable);
  if (required.length === 0) return;
  const isNull = required.map(({ id }) => `${quoted(id)} IS NULL`).join(" OR ");
  const nulls = await run(`SELECT count(*) FROM ${quoted(table.id)} WHERE ${isNull}`);
  if (nulls > 0) throw problems.nullInColumn();
}

function definedTable(work: Work, { definition }: CreateTable): NewTable {
  return {
    columns: buildColumns(work, definition?.columns ?? []),
    primaryKey: definition?.primaryKey ?? [],
    rows: null,
  };
}

function newTable(session: SessionState, { create, made }: { create: CreateTable; made: NewTable }): Table {
  const { account, owner } = session;
  return {
    id: account.newId("t"),
    kind: create.mode.kind,
    columns: [...made.columns],
    primaryKey: made.primaryKey,
    comment: create.options.comment,
    retentionDays: create.options.retentionDays,
    createdOn: new Date(),
    owner,
    stage: account.newStage({ owner, isTemporary: create.mode.kind === "TEMPORARY" }),
    history: new Map(),
    nextColumn: made.columns.length + 1,
  };
}

/** Where a table of a name is kept: in its schema, or with the session. */
export function tablesOf(
  session: SessionState,
  name: ObjectName,
  { isTemporary }: { isTemporary: boolean },
): Map<string, Table> {
  return isTemporary ? session.temporary.tables : session.account.schemaOf(name).tables;
}

/** The key of a table where {@link tablesOf} keeps it. */
export function keyOf(name: ObjectName, { isTemporary }: { isTemporary: boolean }): string {
  return isTemporary ? objectKey(name) : name.name;
}
