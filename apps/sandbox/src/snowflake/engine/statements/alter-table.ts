import { displayName, displayPart, fullName } from "../catalogue/model.ts";
import type { NamedTable } from "../catalogue/namespace.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { addColumns, dropColumns, parseAdditions, renameColumn } from "./alter-columns.ts";
import { executedAnswer } from "./answers.ts";
import { changeCatalogue } from "./catalogue-change.ts";
import { changeColumns, parseColumnChanges } from "./change-columns.ts";
import { type Command, ddl, statementTypes, type Work } from "./command.ts";
import { keyOf, tablesOf } from "./create-table.ts";
import { retentionDays } from "./table-options.ts";

/** What a change of a table works on. */
export interface TableChange extends NamedTable {
  readonly work: Work;
  readonly run: (sql: string) => Promise<number>;
}

/** One action of ALTER TABLE. */
type Action = (change: TableChange) => Promise<void>;

/** Reads ALTER TABLE, whose words are taken. */
export function parseAlterTable(cursor: Cursor): Command {
  const ifExists = cursor.takes("IF", "EXISTS");
  const parts = cursor.dottedName();
  const action = parseAction(cursor);
  return ddl((work) =>
    changeCatalogue(work, async (run) => {
      const found = findTable(work, { parts, ifExists });
      if (found === undefined) return executedAnswer(statementTypes.ddl);
      const { name, table } = found;
      work.session.check("OWNERSHIP", "TABLE", fullName(name));
      await action({ work, run, name, table });
      return executedAnswer(statementTypes.ddl);
    }),
  );
}

function findTable(
  work: Work,
  { parts, ifExists }: { parts: NameParts; ifExists: boolean },
): NamedTable | undefined {
  if (ifExists) {
    const name = work.session.names.complete(parts);
    if (work.session.names.findTable(name) === undefined) return undefined;
  }
  return work.session.names.table(parts, "Table");
}

function parseAction(cursor: Cursor): Action {
  if (cursor.takes("ADD")) {
    const additions = parseAdditions(cursor);
    return (change) => addColumns(change, additions);
  }
  if (cursor.takes("DROP")) return parseDrop(cursor);
  if (cursor.takes("RENAME")) return parseRename(cursor);
  if (cursor.takes("SWAP", "WITH")) {
    const other = cursor.dottedName();
    return (change) => swapTables(change, other);
  }
  if (cursor.takesOneOf("ALTER", "MODIFY") !== undefined) {
    const changes = parseColumnChanges(cursor);
    return (change) => changeColumns(change, changes);
  }
  return parseSet(cursor);
}

function parseDrop(cursor: Cursor): Action {
  if (cursor.sees("PRIMARY") || cursor.sees("CONSTRAINT"))
    throw problems.unsupported("ALTER TABLE DROP CONSTRAINT");
  cursor.takes("COLUMN");
  const ifExists = cursor.takes("IF", "EXISTS");
  const names = [cursor.name()];
  while (cursor.takesOperator(",")) names.push(cursor.name());
  return (change) => dropColumns(change, { names, ifExists });
}

function parseRename(cursor: Cursor): Action {
  if (cursor.takes("COLUMN")) {
    const from = cursor.name();
    cursor.expect("TO");
    const to = cursor.name();
    return (change) => renameColumn(change, { from, to });
  }
  cursor.expect("TO");
  const to = cursor.dottedName();
  return (change) => renameTable(change, to);
}

function parseSet(cursor: Cursor): Action {
  cursor.expect("SET");
  if (cursor.takes("COMMENT")) {
    cursor.expectOperator("=");
    const comment = cursor.text();
    return async ({ table }) => {
      table.comment = comment;
    };
  }
  cursor.expect("DATA_RETENTION_TIME_IN_DAYS");
  cursor.expectOperator("=");
  const days = retentionDays(cursor.wholeNumber());
  return async ({ table }) => {
    table.retentionDays = days;
  };
}

async function renameTable({ work, name, table }: TableChange, to: NameParts): Promise<void> {
  const { session } = work;
  const isTemporary = table.kind === "TEMPORARY";
  const target = session.names.place(to, "ALTER TABLE");
  const tables = tablesOf(session, target, { isTemporary });
  const key = keyOf(target, { isTemporary });
  if (tables.has(key)) throw problems.exists(displayName(fullName(target)));
  tablesOf(session, name, { isTemporary }).delete(keyOf(name, { isTemporary }));
  tables.set(key, table);
  if (isTemporary) return;
  session.account.moveGrants(new Map([[displayName(fullName(name)), displayName(fullName(target))]]));
}

async function swapTables({ work, name, table }: TableChange, parts: NameParts): Promise<void> {
  const { session } = work;
  const other = session.names.table(parts, "Table");
  session.check("OWNERSHIP", "TABLE", fullName(other.name));
  for (const kind of [table.kind, other.table.kind]) {
    if (kind === "TEMPORARY") {
      throw problems.unsupported(`SWAP of temporary table ${displayPart(name.name)}`);
    }
  }
  session.account.schemaOf(name).tables.set(name.name, other.table);
  session.account.schemaOf(other.name).tables.set(other.name.name, table);
  // The grants belong to the tables, not to their names.
  const names = [displayName(fullName(name)), displayName(fullName(other.name))] as const;
  session.account.moveGrants(new Map([names, [names[1], names[0]]]));
}
