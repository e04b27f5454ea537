import type { Answer, Work } from "./command.ts";

/**
 * Runs DDL: checks, storage and catalogue in one step that no other change comes between.
 *
 * `change` runs DuckDB's statements first and then changes the catalogue, so that a failure leaves both as they were.
 */
export function changeCatalogue(
  { session, signal }: Work,
  change: (run: (sql: string) => Promise<number>) => Promise<Answer>,
): Promise<Answer> {
  const { duck, parts, account } = session;
  return parts.writer.change(
    duck,
    async () => {
      try {
        return await change((sql) => duck.run(sql, signal));
      } finally {
        account.changes += 1;
      }
    },
    signal,
  );
}
