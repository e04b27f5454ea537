import { fullName } from "../catalogue/model.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { deleteAllSql } from "../storage/table-sql.ts";
import { executedAnswer } from "./answers.ts";
import { type Command, statementTypes, type Work } from "./command.ts";
import { type ChangePlan, changeRows } from "./table-changes.ts";

/** Reads TRUNCATE [TABLE]. It belongs to the open transaction, and what COPY loaded is forgotten. */
export function parseTruncate(cursor: Cursor): Command {
  cursor.takes("TABLE");
  const ifExists = cursor.takes("IF", "EXISTS");
  const parts = cursor.dottedName();
  return {
    kind: "dml",
    needsWarehouse: false,
    run: async (work) => {
      const { session } = work;
      const isMissing = session.names.findTable(session.names.complete(parts)) === undefined;
      if (ifExists && isMissing) return executedAnswer(statementTypes.ddl);
      return changeRows(work, { locks: true, plan: () => planTruncate(work, parts) });
    },
  };
}

function planTruncate({ session }: Work, parts: NameParts): ChangePlan {
  const target = session.names.table(parts, "Table");
  const { name, table } = target;
  session.check("TRUNCATE", "TABLE", fullName(name));
  return {
    target,
    change: async ({ transaction, run }) => {
      for (const sql of deleteAllSql(table, transaction)) await run(sql);
      session.transaction?.keepHistory(table);
      table.history = new Map();
      return executedAnswer(statementTypes.ddl);
    },
  };
}
