import { informationSchemaTable } from "../catalogue/information-schema.ts";
import { fullName } from "../catalogue/model.ts";
import type { SessionState } from "../sessions/session-state.ts";
import { tableSource } from "../storage/table-sql.ts";
import type { Scope, TableSource } from "../values/relations.ts";
import type { Work } from "./command.ts";

/** What a statement's names stand for. */
export function scopeOf({ session, statement }: Work, more: Partial<Scope> = {}): Scope {
  const overrides = Object.entries(statement.parameters).filter(isParameter);
  return {
    table: (parts) => readTable(session, parts),
    binds: statement.binds,
    place: session.place,
    user: session.user,
    session: session.id,
    parameters: new Map([...session.parameters, ...overrides]),
    ...more,
  };
}

function isParameter(entry: [string, unknown]): entry is [string, string | number | boolean] {
  return ["string", "number", "boolean"].includes(typeof entry[1]);
}

function readTable(session: SessionState, parts: readonly string[]): TableSource {
  const known = informationSchemaTable(session, parts);
  if (known !== undefined) return known;
  const { name, table } = session.names.table(parts);
  session.check("SELECT", "TABLE", fullName(name));
  return tableSource(table, session.transactionId, fullName(name));
}
