import { fullName } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { columnOf } from "./alter-columns.ts";
import { executedAnswer } from "./answers.ts";
import { type Command, ddl, statementTypes } from "./command.ts";

/** Reads COMMENT ON TABLE and COMMENT ON COLUMN. */
export function parseComment(cursor: Cursor): Command {
  const ifExists = cursor.takes("IF", "EXISTS");
  cursor.expect("ON");
  const isColumn = cursor.takes("COLUMN");
  if (!isColumn) cursor.expect("TABLE");
  const parts = cursor.dottedName(isColumn ? 4 : 3);
  cursor.expect("IS");
  const comment = cursor.text();
  const tableParts = isColumn ? parts.slice(0, -1) : parts;
  if (tableParts.length === 0) throw cursor.unexpected();
  return ddl(async ({ session }) => {
    const isMissing = session.names.findTable(session.names.complete(tableParts)) === undefined;
    if (ifExists && isMissing) return executedAnswer(statementTypes.ddl);
    const { name, table } = session.names.table(tableParts, "Table");
    session.check("OWNERSHIP", "TABLE", fullName(name));
    if (isColumn) columnOf(table, parts.at(-1) ?? "").comment = comment;
    else table.comment = comment;
    return executedAnswer(statementTypes.ddl);
  });
}
