import type { Engine, EngineLogin, EngineSession } from "@chorale/sandbox";

type Executed = Awaited<ReturnType<EngineSession["execute"]>>;
export type Rows = Extract<Executed, { kind: "rows" }>;
type Statement = Parameters<EngineSession["execute"]>[0];

/** What a statement of a script answers, or how it fails. */
export type Scripted = Rows | { readonly code: string; readonly sqlState: string; readonly message: string };

/** Rows of texts in columns of these names and types. */
export function rowsOf(
  columns: Readonly<Record<string, Rows["columns"][number]["type"]>>,
  rows: Rows["rows"],
  statementTypeId = 0x1000,
): Rows {
  return {
    kind: "rows",
    statementTypeId,
    columns: Object.entries(columns).map(([name, type]) => ({
      name,
      type,
      nullable: true,
      ...(type === "fixed" ? { precision: 38, scale: 0 } : {}),
      ...(type.startsWith("time") ? { scale: 9 } : {}),
    })),
    rows,
  };
}

const done = rowsOf({ status: "text" }, [["Statement executed successfully."]], 0x4000);

/** An account that answers by a script: a statement's text, or one answer for all. Others are executed without rows. */
export function scriptedEngine(
  script: Readonly<Record<string, Scripted>> | ((statement: Statement) => Scripted | undefined) = {},
): (options: unknown) => Promise<Engine> {
  const answerOf = (statement: Statement): Scripted =>
    (typeof script === "function" ? script(statement) : script[statement.sql]) ?? done;
  return async () => ({
    openSession: async (login) => sessionOf(login, answerOf),
    close: async () => undefined,
  });
}

function sessionOf(login: EngineLogin, answerOf: (statement: Statement) => Scripted): EngineSession {
  const { database = null, schema = null, warehouse = null, role = null } = login;
  const place = { database, schema, warehouse, role };
  return {
    place,
    parameters: new Map(),
    async execute(statement) {
      statement.signal.throwIfAborted();
      if (statement.sql.startsWith("SELECT CURRENT_WAREHOUSE()")) {
        return rowsOf({ W: "text", D: "text", R: "text" }, [[warehouse, database, role]]);
      }
      const answer = answerOf(statement);
      if ("kind" in answer) return answer;
      throw Object.assign(new Error(answer.message), answer);
    },
    close: async () => undefined,
  };
}
