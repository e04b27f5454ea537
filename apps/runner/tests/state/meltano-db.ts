import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Makes a database with the tables that Meltano 4.4.1 makes. */
export function makeMeltanoDb(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
    CREATE TABLE state (
      state_id VARCHAR(900) NOT NULL,
      partial_state VARCHAR,
      completed_state VARCHAR,
      updated_at DATETIME,
      PRIMARY KEY (state_id),
      UNIQUE (state_id)
    );`);
  database.close();
}

/** Answers the rows of the table of states. */
export function meltanoRows(path: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database.prepare("SELECT * FROM state ORDER BY state_id").all();
  } finally {
    database.close();
  }
}

/** Sends statements as Meltano would. */
export function inMeltanoDb(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
