import { type Column, displayPart, fullName, type Table } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { insertRowsSql, noTransaction, tableSource } from "../storage/table-sql.ts";
import { assignmentCast } from "../values/assignment.ts";
import { physicalName, quoted } from "../values/names.ts";
import type { Token } from "../values/tokens.ts";
import { outputColumn, translateQuery } from "../values/translate.ts";
import { buildColumns, type TableDefinition } from "./column-definitions.ts";
import type { Work } from "./command.ts";
import { scopeOf } from "./scope.ts";

/** What a table begins with. */
export interface NewTable {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** Fills it, once it is there. */
  readonly rows: ((table: Table) => string) | null;
}

/** What a table is made from: AS, LIKE or CLONE. */
export interface TableOrigin {
  /** Whether columns may be written before it. */
  readonly takesColumns: boolean;
  make(work: Work, definition: TableDefinition | null): NewTable;
}

/** Reads AS SELECT, LIKE or CLONE, if one of them stands here. */
export function parseTableSource(cursor: Cursor): TableOrigin | null {
  if (cursor.takes("AS")) return queryOrigin(cursor.rest());
  const word = cursor.takesOneOf("LIKE", "CLONE");
  if (word === undefined) return null;
  const source = cursor.dottedName();
  return { takesColumns: false, make: (work) => copyOf(work, source, { withRows: word === "CLONE" }) };
}

function copyOf(work: Work, source: readonly string[], { withRows }: { withRows: boolean }): NewTable {
  const { session } = work;
  const { name, table } = session.names.table(source);
  session.check("SELECT", "TABLE", fullName(name));
  const columns = table.columns.map((column, index) => ({ ...column, id: `c${index + 1}` }));
  const from = tableSource(table, session.transactionId, fullName(name));
  const items = columns.map(({ id, name: column }) => `${quoted(physicalName(column))} AS ${quoted(id)}`);
  const query = `SELECT ${items.join(", ")} FROM ${from.sql}`;
  return {
    columns,
    primaryKey: table.primaryKey,
    rows: withRows ? (copy) => insertRowsSql(copy, noTransaction, query) : null,
  };
}

function queryOrigin(tokens: readonly Token[]): TableOrigin {
  return {
    takesColumns: true,
    make: (work, definition) => {
      const scope = scopeOf(work);
      const query = translateQuery(tokens, scope);
      const defined = definition?.columns ?? query.columns.map(undefinedColumn);
      if (defined.length !== query.columns.length) {
        throw problems.columnCount({ expected: defined.length, got: query.columns.length });
      }
      const columns = buildColumns(work, defined);
      const items = query.columns.map(({ type }, index) => {
        const column = columns[index];
        const to = column?.type ?? type;
        const cast = assignmentCast(outputColumn(index), {
          from: type,
          to,
          column: column?.name ?? "",
          parameters: scope.parameters,
        });
        return `${cast} AS ${quoted(column?.id ?? "")}`;
      });
      const rows = `SELECT ${items.join(", ")} FROM (${query.sql})`;
      return {
        columns,
        primaryKey: definition?.primaryKey ?? [],
        rows: (table) => insertRowsSql(table, noTransaction, rows),
      };
    },
  };
}

/** Makes a column of a query's: its name must be one that a table may have. */
function undefinedColumn({ name, type }: { name: string; type: Column["type"] }) {
  if (name === "") throw problems.invalidIdentifier(displayPart(name));
  return { name, type, nullable: true, default: null, comment: null, isKey: false };
}
