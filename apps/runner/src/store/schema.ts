import { runError } from "../exit-codes.ts";
import type { Database, Statements } from "./sqlite.ts";

/** What leads from each version of the schema to the next; the first from an empty database. */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE lease (
      state_id TEXT PRIMARY KEY,
      run_id TEXT,
      host TEXT NOT NULL,
      machine TEXT NOT NULL,
      pid INTEGER NOT NULL,
      process_start TEXT NOT NULL,
      fence INTEGER NOT NULL,
      acquired_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE run (
      run_id TEXT PRIMARY KEY,
      state_id TEXT NOT NULL,
      tap TEXT NOT NULL,
      target TEXT NOT NULL,
      job TEXT,
      schedule TEXT,
      attempt INTEGER NOT NULL,
      parent_run_id TEXT,
      version TEXT NOT NULL,
      status TEXT NOT NULL,
      exit_code INTEGER,
      reason TEXT,
      problems TEXT NOT NULL DEFAULT '[]',
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      host TEXT NOT NULL,
      machine TEXT NOT NULL,
      pid INTEGER NOT NULL,
      records INTEGER NOT NULL DEFAULT 0,
      bytes INTEGER NOT NULL DEFAULT 0,
      tap_wait_ms INTEGER NOT NULL DEFAULT 0,
      target_wait_ms INTEGER NOT NULL DEFAULT 0,
      states_committed INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
    "CREATE INDEX run_started ON run (started_at)",
    "CREATE INDEX run_of_state ON run (state_id, started_at)",
    `CREATE TABLE run_stream (
      run_id TEXT NOT NULL,
      stream TEXT NOT NULL,
      records INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      PRIMARY KEY (run_id, stream)
    ) STRICT`,
    `CREATE TABLE run_process (
      run_id TEXT NOT NULL,
      plugin TEXT NOT NULL,
      pid INTEGER NOT NULL,
      start_time TEXT NOT NULL,
      PRIMARY KEY (run_id, pid, start_time)
    ) STRICT`,
    `CREATE TABLE state_version (
      state_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      written_by TEXT NOT NULL,
      at INTEGER NOT NULL,
      state TEXT,
      PRIMARY KEY (state_id, version)
    ) STRICT`,
  ],
];

/** Brings a database to the newest schema. Throws with exit code 17 for one that a newer runner made. */
export async function migrate(database: Database): Promise<void> {
  await database.read((statements) => statements.all("PRAGMA journal_mode = WAL"));
  await database.read((statements) => statements.all("PRAGMA synchronous = NORMAL"));
  if ((await database.read(versionOf)) === migrations.length) return;
  await database.change((statements) => {
    const version = versionOf(statements);
    if (version > migrations.length) throw tooNew(database.path, version);
    for (const step of migrations.slice(version)) for (const sql of step) statements.run(sql);
    statements.run(`PRAGMA user_version = ${migrations.length}`);
  });
}

function versionOf(statements: Statements): number {
  return Number(statements.first("PRAGMA user_version")?.["user_version"] ?? 0);
}

function tooNew(path: string, version: number): Error {
  return runError(
    "stateStoreFailed",
    `${path}: a newer runner made it: its schema is ${version}, and this runner knows up to ${migrations.length}. Update the runner.`,
  );
}
