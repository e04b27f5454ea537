import { ConfigError, LoadError } from "@chorale/singer";
import { type CommitUnit, overrideOf, type TableSpec } from "@chorale/target-sdk";
import {
  columnNamesOf,
  type Dialect,
  type ExistingColumn,
  nameOf,
  quoteTable,
  type Statement,
  sameType,
  shareColumns,
  type TableName,
  widenType,
} from "@chorale/target-sdk/sql";
import type { StatementResult } from "./connection.ts";
import { maxNameLength } from "./folding.ts";
import { locateTable } from "./names.ts";
import { type RetryOptions, withRetries } from "./retries.ts";
import { grantsLike } from "./set-up-statements.ts";
import { SnowflakeFailure } from "./snowflake-errors.ts";
import { columnsOfTable } from "./tables.ts";

/** What tables are swapped with. */
export interface TableSwapsOptions extends RetryOptions {
  readonly dialect: Dialect;
  /** Runs a statement that only reads, outside any transaction; rejects with `SnowflakeFailure`. */
  readonly read: (statement: Statement) => Promise<StatementResult>;
  /** Runs a statement that changes something, outside any transaction; rejects with `SnowflakeFailure`. */
  readonly change: (statement: Statement) => Promise<unknown>;
}

/** A table, and the one beside it that takes its place. */
interface Swap {
  readonly stream: string;
  readonly table: TableName;
  readonly beside: TableName;
  /** The columns of both, from the moment when the swap is first sent. */
  sent?: { readonly former: string; readonly made: string };
}

/** What begins with it is of a run of this target, or was left by one that was broken off. */
const besidePrefix = "_CHORALE_NEW_";

/**
 * Tables of streams that are loaded by `overwrite`, and that cannot become in place what their streams need: all rows
 * go anyway, so that nothing is converted. They are loaded into a table beside, which takes their place after the commit.
 *
 * DDL is in no transaction, and the state goes out only after it. Whatever breaks off in between leaves either the former
 * table or the new one, whole; the next run begins again, and removes what was left beside.
 */
export class TableSwaps {
  readonly #options: TableSwapsOptions;
  /** By the name of the table. */
  readonly #swaps = new Map<string, Swap>();
  /** The stream of each table that is overwritten, by the name of the table. */
  readonly #streams = new Map<string, string>();

  constructor(options: TableSwapsOptions) {
    this.#options = options;
  }

  /** Answers the table that a stream's rows are loaded into: its own, or the one beside it. */
  locate(stream: string): TableName {
    const table = locateTable(stream, this.#options);
    return this.#swaps.get(quoteTable(table))?.beside ?? table;
  }

  /**
   * Decides where a stream is loaded, before its table is prepared. Throws `ConfigError` where a swap is needed and a
   * state table is set: a state is never committed in a transaction of its own.
   */
  async decide(spec: TableSpec): Promise<void> {
    const { config, dialect, change, log } = this.#options;
    const { stream } = spec;
    if ((overrideOf(config, stream).load_method ?? config.load_method) !== "overwrite") return;
    const table = locateTable(stream, this.#options);
    const key = quoteTable(table);
    // Of two streams in one table the second is refused when it is prepared.
    if (this.#swaps.has(key) || (this.#streams.get(key) ?? stream) !== stream) return;
    const existing = await columnsOfTable(table, this.#options);
    if (existing.length === 0) return;
    const beside = besideOf(table, this.#options);
    if (!this.#streams.has(key)) await change(dropTable(beside));
    this.#streams.set(key, stream);
    const column = config.on_type_change === "widen" ? unfitColumn(spec, { existing, dialect }) : undefined;
    if (column === undefined) return;
    const reason = `${column.name} of ${table.schema}.${table.table} is ${column.sqlType}, which cannot become in place what the stream needs`;
    if (config.state_table !== undefined) {
      throw new ConfigError(
        `${stream}: the column ${reason}, and the table is not swapped for another while state_table is set. Drop the table, or load the stream without state_table.`,
      );
    }
    log.info(`${stream}: a new table takes the place of the former one after the load: ${reason}`, {
      stream,
    });
    this.#swaps.set(key, { stream, table, beside });
  }

  /** Puts the tables of a committed unit in the places of the former ones. Harmless if repeated. */
  async finish({ steps }: CommitUnit): Promise<void> {
    for (const step of steps) {
      const swap = step.kind === "replace" ? this.#swapOf(step.shape.spec.stream) : undefined;
      if (swap === undefined) continue;
      const { stream, table } = swap;
      const name = `${table.schema}.${table.table}`;
      const work = { what: `put the new table of ${stream} in the place of ${name}`, stream, table: name };
      await withRetries(work, () => this.#swap(swap), this.#options);
      this.#swaps.delete(quoteTable(table));
      await this.#drop(swap);
    }
  }

  #swapOf(stream: string): Swap | undefined {
    return this.#swaps.get(quoteTable(locateTable(stream, this.#options)));
  }

  /** A swap whose answer was lost is not done again: that would undo it. */
  async #swap(swap: Swap): Promise<void> {
    const { table, beside } = swap;
    if (swap.sent !== undefined && (await this.#isSwapped(swap, swap.sent))) return;
    swap.sent ??= { former: await this.#columns(table), made: await this.#columns(beside) };
    await this.#copyGrants(swap);
    await this.#options.change({ sql: `ALTER TABLE ${quoteTable(table)} SWAP WITH ${quoteTable(beside)}` });
  }

  async #isSwapped({ stream, table }: Swap, { former, made }: NonNullable<Swap["sent"]>): Promise<boolean> {
    const now = await this.#columns(table);
    if (former !== made && (now === former || now === made)) return now === made;
    throw new LoadError(
      `${stream}: somebody else changed ${table.schema}.${table.table} while it was replaced. Look at it, and run again.`,
      { stream, table: `${table.schema}.${table.table}` },
    );
  }

  async #columns(table: TableName): Promise<string> {
    const columns = await columnsOfTable(table, this.#options);
    return JSON.stringify(columns.map(({ name, sqlType }) => [name, sqlType]));
  }

  /** What roles may do with the former table they may do with the new one. */
  async #copyGrants({ table, beside }: Swap): Promise<void> {
    const { read, change, log } = this.#options;
    const { rows, columns } = await read({ sql: `SHOW GRANTS ON TABLE ${quoteTable(table)}` });
    for (const grant of grantsLike(beside, { rows, columns })) {
      await change(grant).catch((error: unknown) => {
        if (!(error instanceof SnowflakeFailure) || error.action !== "config") throw error;
        log.warn("could not grant on a new table what was granted on the one before", {
          sql: grant.sql,
          error,
        });
      });
    }
  }

  async #drop({ stream, beside }: Swap): Promise<void> {
    const statement = dropTable(beside);
    const work = { what: `drop the former table of ${stream}`, stream };
    try {
      await withRetries(work, () => this.#options.change(statement), this.#options);
    } catch (error) {
      this.#options.log.warn(`the former table of ${stream} could not be dropped: ${statement.sql} does it`, {
        error,
      });
    }
  }
}

function dropTable(table: TableName): Statement {
  return { sql: `DROP TABLE IF EXISTS ${quoteTable(table)}` };
}

function besideOf(table: TableName, { dialect }: Pick<TableSwapsOptions, "dialect">): TableName {
  const name = `${besidePrefix}${table.table}`;
  const isShort = [...name].length <= maxNameLength;
  return { ...table, table: isShort ? name : nameOf(name, { dialect, stream: table.table, what: "table" }) };
}

/** Answers a column that would have to be copied, or cannot hold what the stream has. */
function unfitColumn(
  spec: TableSpec,
  { existing, dialect }: { readonly existing: readonly ExistingColumn[]; readonly dialect: Dialect },
): ExistingColumn | undefined {
  const { source, metadata } = shareColumns(spec);
  const wanted = [...source, ...metadata];
  const properties = wanted.map(({ property }) => property);
  const names = columnNamesOf(properties, { dialect, stream: spec.stream });
  const types = new Map(wanted.map(({ property, type }) => [names.get(property), type]));
  return existing.find(({ name, sqlType }) => {
    const type = types.get(name);
    if (type === undefined) return false;
    const stored = dialect.storedType(sqlType);
    if (stored === undefined) return true;
    const to = widenType(stored.type, type);
    const fits = stored.narrow !== true && sameType(to, stored.type);
    return !fits && !dialect.widensInPlace({ from: stored.type, to });
  });
}
