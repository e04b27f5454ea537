import { dateIn, numberIn, optionalTextIn, textIn } from "./columns.ts";
import type { StateVersion } from "./run-store.ts";
import type { Row, Statements } from "./sqlite.ts";

/** How many versions a state id keeps, and for how long. */
const keptVersions = 50;
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Notes a state that was stored, and answers its number. Old ones go. */
export function insertVersion(
  statements: Statements,
  { version, now }: { version: Omit<StateVersion, "version" | "at">; now: number },
): number {
  const { stateId, writtenBy, state } = version;
  const row = statements.first(
    `INSERT INTO state_version (state_id, version, written_by, at, state)
     SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4 FROM state_version WHERE state_id = ?1 RETURNING version`,
    ...[stateId, writtenBy, now, state ?? null],
  );
  prune(statements, { stateId, now });
  return numberIn(row ?? {}, "version");
}

/** Answers the versions of a state, the newest first. */
export function listVersions(
  statements: Statements,
  { stateId, limit }: { stateId: string; limit: number },
): readonly StateVersion[] {
  const sql = "SELECT * FROM state_version WHERE state_id = ? ORDER BY version DESC LIMIT ?";
  return statements.all(sql, stateId, limit).map(versionIn);
}

/**
 * Removes what is too old, and what is too much: first what a run wrote and then replaced itself, so that a long
 * run does not push out the states that the runs before it ended with. The one that was just stored stays.
 */
function prune(statements: Statements, { stateId, now }: { stateId: string; now: number }): void {
  statements.run(
    `DELETE FROM state_version WHERE state_id = ?1 AND version IN (
       SELECT version FROM (
         SELECT version, at, row_number() OVER (ORDER BY replaced, version DESC) AS place
         FROM (
           SELECT version, at, coalesce(written_by = lead(written_by) OVER (ORDER BY version), 0) AS replaced
           FROM state_version WHERE state_id = ?1
         )
       ) WHERE place > ?2 OR at < ?3
     )`,
    ...[stateId, keptVersions, now - keptMs],
  );
}

function versionIn(row: Row): StateVersion {
  return {
    version: numberIn(row, "version"),
    stateId: textIn(row, "state_id"),
    writtenBy: textIn(row, "written_by"),
    at: dateIn(row, "at") ?? new Date(0),
    state: optionalTextIn(row, "state"),
  };
}
