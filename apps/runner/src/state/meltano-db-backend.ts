import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { type Database, openDatabase, type Statements } from "../store/sqlite.ts";
import type { StateBackend, WriteGuard } from "./state-backend.ts";
import { parseAsWritten } from "./state-json.ts";
import { halfWith, stateInHalf } from "./stored-state.ts";

/** Whether a database has the table that Meltano keeps states in. */
export async function hasMeltanoTables(path: string): Promise<boolean> {
  const database = openDatabase(path, { readOnly: true });
  try {
    const columns = await database.read((from) => from.all("SELECT name FROM pragma_table_info('state')"));
    const names = new Set(columns.map((row) => row["name"]));
    return ["state_id", "updated_at", "partial_state", "completed_state"].every((name) => names.has(name));
  } finally {
    database.close();
  }
}

/**
 * Makes a backend of Meltano's own database, in SQLite: its table `state`, which is never made or changed.
 * Throws with exit code 17 when the table is not there.
 */
export async function createMeltanoDbBackend(options: {
  path: string;
  description?: string;
}): Promise<StateBackend> {
  const { path, description = path } = options;
  if (!(await hasMeltanoTables(path))) {
    throw runError(
      "stateStoreFailed",
      `${path}: it has no table of Meltano's for states. Run Meltano on it once, or give another state_backend.uri.`,
    );
  }
  const database = openDatabase(path);
  return {
    description,
    read: (stateId) =>
      database.read((from) => {
        const row = rowOf(from, stateId);
        if (row === undefined) return undefined;
        const half = (column: string) => stateInHalf(halfIn(row[column], { path, stateId }));
        return { completed: half("completed_state"), partial: half("partial_state") };
      }),
    write: (stateId, { completed, partial }, guard) =>
      guardedChange({ database, guard }, (to) => {
        const row = rowOf(to, stateId) ?? {};
        const half = (column: string) => halfToKeep(row[column]);
        // Meltano cannot read NULL in either half.
        to.run(
          `INSERT INTO state (state_id, partial_state, completed_state, updated_at)
           VALUES (?, ?, ?, strftime('%Y-%m-%d %H:%M:%f000', 'now', 'localtime'))
           ON CONFLICT (state_id) DO UPDATE SET partial_state = excluded.partial_state,
             completed_state = excluded.completed_state, updated_at = excluded.updated_at`,
          ...[
            stateId,
            halfWith(partial, half("partial_state")),
            halfWith(completed, half("completed_state")),
          ],
        );
      }),
    remove: (stateId, guard) =>
      guardedChange({ database, guard }, (to) => to.run("DELETE FROM state WHERE state_id = ?", stateId)),
    list: () =>
      database.read((from) =>
        from
          .all("SELECT state_id FROM state ORDER BY state_id")
          .flatMap(({ state_id: id }) => (typeof id === "string" ? [id] : [])),
      ),
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

/** The change is sent while Meltano's database is locked, and comes into force while the lease is. */
async function guardedChange(
  { database, guard }: { database: Database; guard: WriteGuard },
  change: (statements: Statements) => void,
): Promise<void> {
  await guard.exclusively(() => database.changeNow(change));
}

function rowOf(statements: Statements, stateId: string) {
  return statements.first("SELECT partial_state, completed_state FROM state WHERE state_id = ?", stateId);
}

/** Whoever writes has read before, or wants to write over what cannot be read. */
function halfToKeep(text: unknown): unknown {
  try {
    return typeof text === "string" ? parseAsWritten(text) : undefined;
  } catch {
    return undefined;
  }
}

function halfIn(text: unknown, { path, stateId }: { path: string; stateId: string }): unknown {
  if (typeof text !== "string") return undefined;
  let half: unknown;
  try {
    half = parseAsWritten(text);
  } catch (error) {
    throw damaged({ path, stateId }, error);
  }
  if (half !== null && !isObject(half)) throw damaged({ path, stateId });
  return half;
}

function damaged({ path, stateId }: { path: string; stateId: string }, cause?: unknown): Error {
  return runError(
    "stateStoreFailed",
    `${path}: the state of ${stateId} is no JSON object. Bring one back with \`chorale state rollback\`, or forget it with \`chorale state clear\`.`,
    { cause },
  );
}
