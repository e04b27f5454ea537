import { LoadError, type Logger } from "@chorale/singer";
import {
  type CommitResult,
  type CommitUnit,
  loadedRows,
  type RefusedBatch,
  type SpooledBatch,
  type SpoolRules,
  type StagedBatch,
  type TableShape,
  type TableSpec,
  type WarehouseSession,
} from "@chorale/target-sdk";
import {
  createSchema,
  createStateTable,
  type PlannedStatement,
  planCommit,
  quoteName,
  type ReceiptTable,
  readStateRow,
  type SqlTables,
  type StagedTable,
} from "@chorale/target-sdk/sql";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { DuckdbConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import type { Database } from "./database.ts";
import { duckdbDialect } from "./dialect.ts";
import { type FailedWork, isAboutInput, isTooLongLine, loadError, refusalOf } from "./duckdb-errors.ts";
import { stagingQuery } from "./staging-query.ts";
import { ask, askCount, columnsOfTable, transact } from "./statements.ts";
import { createTables, namedTable } from "./tables.ts";

/** What a session is made with. */
export interface SessionOptions {
  readonly database: Database;
  readonly config: DuckdbConfig;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const mebibyte = 1024 * 1024;
/** DuckDB's reader keeps a buffer of twice this size per thread; longer lines are read with larger ones. */
const usualLineBytes = 16 * mebibyte;
const spoolFileBytes = 256 * mebibyte;

/**
 * Opens a session on a database. Staged batches are tables of a database in memory beside it, which
 * DuckDB moves to its temporary files when memory runs short.
 */
export async function openSession(options: SessionOptions): Promise<WarehouseSession> {
  const { database, config, log } = options;
  const connection = await database.connect();
  const [row] = await ask(connection, { sql: "SELECT current_database()" });
  const catalog = String(row?.[0]);
  const staging = `${catalog} staging`;
  await connection.run(`ATTACH ':memory:' AS ${quoteName(staging)}`);
  const tables = createTables({ connection, catalog, config, log });
  const connections = new Connections(database);
  return new DuckdbSession({ ...options, connections, catalog, staging, tables });
}

interface SessionParts extends Omit<SessionOptions, "database"> {
  readonly connections: Connections;
  /** The database's own name. */
  readonly catalog: string;
  /** The name of the database of staged tables. */
  readonly staging: string;
  readonly tables: SqlTables;
}

class DuckdbSession implements WarehouseSession {
  // DuckDB reads compressed files no faster, and compressing costs as much as reading.
  readonly spool: SpoolRules = { compression: "none", maxFileBytes: spoolFileBytes };
  readonly #parts: SessionParts;
  readonly #staged = new Map<string, StagedTable>();
  #staging = 0;
  #hasStateTable = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  prepare(spec: TableSpec): Promise<TableShape> {
    return this.#parts.connections.use(() => this.#prepare(spec));
  }

  stage(batch: SpooledBatch): Promise<StagedBatch | RefusedBatch> {
    return this.#parts.connections.inTurn(() => this.#stage(batch));
  }

  commit(unit: CommitUnit): Promise<CommitResult> {
    return this.#parts.connections.inTurn(() => this.#commit(unit));
  }

  async #prepare(spec: TableSpec): Promise<TableShape> {
    this.#parts.signal.throwIfAborted();
    try {
      return await this.#parts.tables.prepare(spec);
    } catch (error) {
      throw this.#failed(error, { what: `prepare the table of ${spec.stream}`, stream: spec.stream });
    }
  }

  async #stage(batch: SpooledBatch): Promise<StagedBatch | RefusedBatch> {
    this.#parts.signal.throwIfAborted();
    this.#staging += 1;
    const token = `b${this.#staging}`;
    try {
      return await this.#parts.connections.use((connection) => this.#read(batch, { token, connection }));
    } catch (error) {
      this.#parts.signal.throwIfAborted();
      if (!batch.rewritten && isAboutInput(error)) return { refused: refusalOf(error) };
      const { shape, rows } = batch;
      const { stream } = shape.spec;
      throw this.#failed(error, { what: `read ${rows} rows of ${stream}`, stream, table: shape.table, rows });
    }
  }

  async #commit(unit: CommitUnit): Promise<CommitResult> {
    const { connections, tables } = this.#parts;
    const stateTable = unit.state === undefined ? undefined : await this.#stateTable();
    const statements = planCommit(unit, {
      dialect: duckdbDialect,
      planOf: (shape) => tables.planOf(shape),
      stagedTable: (staged) => this.#stagedTable(staged),
      ...(stateTable === undefined ? {} : { stateTable }),
    });
    tables.warnOfVersions(unit);
    let current: PlannedStatement | undefined;
    try {
      await connections.use((connection) =>
        transact(connection, async (run) => {
          for (const planned of statements) {
            current = planned;
            await run(planned.statement);
          }
        }),
      );
    } catch (error) {
      throw this.#failed(error, { what: whatOf(current), ...placeOf(current) });
    }
    for (const step of unit.steps) if (step.kind === "load") await this.discard(step.staged);
    return { rows: loadedRows(unit) };
  }

  async discard({ token }: StagedBatch): Promise<void> {
    const staged = this.#staged.get(token);
    if (staged === undefined) return;
    this.#staged.delete(token);
    await this.#parts.connections.use((connection) => connection.run(`DROP TABLE ${staged.name}`));
  }

  async readState(id: string): Promise<string | undefined> {
    const receipts = this.#receiptTable();
    return await this.#parts.connections.use(async (connection) => {
      const columns = await columnsOfTable(connection, receipts.table);
      if (columns.length === 0) return undefined;
      const [row] = await ask(connection, readStateRow(receipts, id));
      return row === undefined ? undefined : String(row[0]);
    });
  }

  close(): Promise<void> {
    return this.#parts.connections.close();
  }

  async #read(
    batch: SpooledBatch,
    { token, connection }: { token: string; connection: DuckDBConnection },
  ): Promise<StagedBatch | RefusedBatch> {
    const { staging, tables } = this.#parts;
    const name = `${quoteName(staging)}.main.${quoteName(token)}`;
    const plan = tables.planOf(batch.shape);
    const read = async (maxLineBytes: number): Promise<number> => {
      const { sql, columns } = stagingQuery({ batch, plan, staged: name, maxLineBytes });
      const rows = await askCount(connection, { sql });
      this.#staged.set(token, { name, columns });
      return rows;
    };
    const rows = await this.#readLines(batch, read);
    if (rows === batch.rows) return { batch, token, copied: true };
    await this.discard({ batch, token });
    const reason = `its files hold ${rows} rows instead of ${batch.rows}`;
    if (!batch.rewritten) return { refused: reason };
    throw new LoadError(`${batch.shape.spec.stream}: a batch cannot be read: ${reason}. Look at temp_dir.`, {
      stream: batch.shape.spec.stream,
      table: batch.shape.table,
      rowCount: batch.rows,
    });
  }

  async #readLines(
    { files }: SpooledBatch,
    read: (maxLineBytes: number) => Promise<number>,
  ): Promise<number> {
    const { max_line_bytes: longest } = this.#parts.config;
    try {
      return await read(usualLineBytes);
    } catch (error) {
      if (!isTooLongLine(error) || longest <= usualLineBytes) throw error;
      const largestFile = Math.max(...files.map(({ bytes }) => bytes));
      const isPlain = files.every(({ compression }) => compression === "none");
      return await read(isPlain ? Math.min(longest, largestFile) + 1 : longest + 1);
    }
  }

  #stagedTable({ batch, token }: StagedBatch): StagedTable {
    const staged = this.#staged.get(token);
    if (staged !== undefined) return staged;
    throw new LoadError(`${batch.shape.spec.stream}: a batch is not staged any more. Run again.`, {
      stream: batch.shape.spec.stream,
      retryable: true,
    });
  }

  async #stateTable(): Promise<ReceiptTable> {
    const receipts = this.#receiptTable();
    if (this.#hasStateTable) return receipts;
    try {
      await this.#parts.connections.use(async (connection) => {
        await ask(connection, createSchema(receipts.table));
        await ask(connection, createStateTable(receipts));
      });
    } catch (error) {
      throw this.#failed(error, { what: `make the state table ${this.#parts.config.state_table}` });
    }
    this.#hasStateTable = true;
    return receipts;
  }

  #receiptTable(): ReceiptTable {
    const { config } = this.#parts;
    return { dialect: duckdbDialect, table: namedTable(config.state_table ?? "", this.#parts) };
  }

  #failed(error: unknown, work: FailedWork): unknown {
    const { signal } = this.#parts;
    return signal.aborted ? signal.reason : loadError(error, work);
  }
}

function whatOf(planned: PlannedStatement | undefined): string {
  if (planned === undefined) return "begin a commit";
  const { stream, table, rows } = planned;
  if (stream === undefined) return `write to the state table ${table}`;
  return rows === undefined ? `change ${table}` : `load ${rows} rows into ${table}`;
}

function placeOf(planned: PlannedStatement | undefined): Partial<Omit<PlannedStatement, "statement">> {
  if (planned === undefined) return {};
  const { statement: _, ...place } = planned;
  return place;
}
