import type { LoadedFile, Table } from "../catalogue/model.ts";
import type { Duck } from "../storage/duck.ts";
import { commitSql, rollbackSql } from "../storage/table-sql.ts";
import type { Writer } from "../storage/writer.ts";
import type { TableLocks } from "./table-locks.ts";

/** A transaction that statements share. */
export class Transaction {
  readonly id: string;
  readonly name: string;
  readonly startedAt = new Date();
  readonly #tables = new Map<string, Table>();
  readonly #histories = new Map<Table, Map<string, LoadedFile>>();

  constructor(options: { id: string; name: string }) {
    this.id = options.id;
    this.name = options.name;
  }

  /** Notes that a statement of it changed the table. */
  touch(table: Table): void {
    this.#tables.set(table.id, table);
  }

  /** Keeps what COPY's history of a table was, so that a rollback can bring it back. */
  keepHistory(table: Table): void {
    if (!this.#histories.has(table)) this.#histories.set(table, new Map(table.history));
  }

  /** Makes what it changed everybody's. */
  async commit(context: EndContext): Promise<void> {
    await this.#end(context, commitSql);
  }

  /** Undoes what it changed. */
  async rollBack(context: EndContext): Promise<void> {
    await this.#end(context, rollbackSql);
    if (context.historyRollsBack) {
      for (const [table, history] of this.#histories) table.history = history;
    }
  }

  async #end(context: EndContext, sqlOf: (tableId: string, id: string) => readonly string[]): Promise<void> {
    try {
      if (this.#tables.size > 0) {
        await context.writer.change(context.duck, async () => {
          const remaining = [...this.#tables.keys()].filter((id) => context.hasTable(id));
          for (const id of remaining) {
            for (const sql of sqlOf(id, this.id)) await context.duck.run(sql);
          }
        });
      }
    } finally {
      context.locks.release(this.id);
    }
  }
}

/** What a transaction needs to end. */
export interface EndContext {
  readonly duck: Duck;
  readonly writer: Writer;
  readonly locks: TableLocks;
  /** Whether a table that was changed is still there, by its name in DuckDB. */
  hasTable(id: string): boolean;
  /** Whether COPY's history is undone with the transaction. */
  readonly historyRollsBack: boolean;
}
