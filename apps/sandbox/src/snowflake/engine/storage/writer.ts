import { Turns } from "../sessions/turns.ts";
import type { Duck } from "./duck.ts";

/** Runs what changes tables, one change after another: DuckDB refuses changes of one table at the same time. */
export class Writer {
  readonly #turns = new Turns();

  /** Runs `change` in one transaction of DuckDB: all of it happens, or nothing. */
  change<Result>(duck: Duck, change: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#turns.run(async () => {
      await duck.run("BEGIN TRANSACTION");
      try {
        const result = await change();
        await duck.run("COMMIT");
        return result;
      } catch (error) {
        await duck.run("ROLLBACK");
        throw error;
      }
    }, signal);
  }
}
