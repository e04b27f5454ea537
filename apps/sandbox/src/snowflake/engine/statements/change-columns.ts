import { type Column, displayPart } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { quoted } from "../values/names.ts";
import { physicalType, type SqlType, typeName } from "../values/types.ts";
import { columnOf } from "./alter-columns.ts";
import type { TableChange } from "./alter-table.ts";

/** What ALTER COLUMN does to a column. */
interface ColumnChange {
  readonly column: string;
  readonly type?: SqlType;
  readonly nullable?: boolean;
  readonly comment?: string | null;
}

/** Reads what follows ALTER or MODIFY: one change, or several between commas. */
export function parseColumnChanges(cursor: Cursor): readonly ColumnChange[] {
  if (cursor.seesOperator("(")) return cursor.list(() => parseColumnChange(cursor));
  const changes = [parseColumnChange(cursor)];
  while (cursor.takesOperator(",")) changes.push(parseColumnChange(cursor));
  return changes;
}

function parseColumnChange(cursor: Cursor): ColumnChange {
  cursor.takes("COLUMN");
  const column = cursor.name();
  if (cursor.takes("COMMENT")) return { column, comment: cursor.text() };
  if (cursor.takes("UNSET", "COMMENT")) return { column, comment: null };
  if (cursor.takes("DROP", "NOT", "NULL")) return { column, nullable: true };
  if (cursor.takes("SET", "NOT", "NULL")) return { column, nullable: false };
  if (cursor.sees("DROP") || cursor.sees("SET", "DEFAULT"))
    throw problems.unsupported("ALTER COLUMN DEFAULT");
  if (!cursor.takes("SET", "DATA", "TYPE")) cursor.takes("TYPE");
  return { column, type: cursor.type() };
}

/** Changes columns: all of them, or none. */
export async function changeColumns(change: TableChange, changes: readonly ColumnChange[]): Promise<void> {
  const { table } = change;
  for (const { column: name, type } of changes) {
    const column = columnOf(table, name);
    if (type !== undefined) refuseTypeChange(column, type);
  }
  for (const { column, nullable } of changes) {
    if (nullable === false) await refuseNulls(change, columnOf(table, column));
  }
  for (const { column, type } of changes) {
    const { id, type: former } = columnOf(table, column);
    if (type !== undefined && physicalType(type) !== physicalType(former)) {
      await change.run(
        `ALTER TABLE ${quoted(table.id)} ALTER COLUMN ${quoted(id)} TYPE ${physicalType(type)}`,
      );
    }
  }
  for (const { column: name, type, nullable, comment } of changes) {
    const column = columnOf(table, name);
    column.type = type ?? column.type;
    column.nullable = nullable ?? column.nullable;
    column.comment = comment === undefined ? column.comment : comment;
  }
}

async function refuseNulls({ run, table }: TableChange, { id, name }: Column): Promise<void> {
  const count = await run(`SELECT count(*) FROM ${quoted(table.id)} WHERE ${quoted(id)} IS NULL`);
  if (count !== 0) {
    throw problems.other(
      "002103",
      "22000",
      `Column '${displayPart(name)}' contains null values. Not null constraint cannot be added.`,
    );
  }
}

/** Lets a VARCHAR get longer and a NUMBER more digits, and nothing else. */
function refuseTypeChange({ name, type: from }: Column, to: SqlType): void {
  const change = { column: displayPart(name), from: typeName(from), to: typeName(to) };
  if (change.from === change.to) return;
  if (from.kind === "varchar" && to.kind === "varchar") {
    if (to.length < from.length) throw problems.narrowing({ ...change, what: "byte-length" });
    return;
  }
  if (from.kind === "number" && to.kind === "number" && from.scale === to.scale) {
    if (to.precision < from.precision) throw problems.narrowing({ ...change, what: "precision" });
    return;
  }
  throw problems.typeChange(change);
}
