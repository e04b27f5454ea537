import { LoadError, type Logger } from "@chorale/singer";
import type {
  CommitResult,
  CommitUnit,
  RefusedBatch,
  SpooledBatch,
  SpoolRules,
  StagedBatch,
  TableShape,
  TableSpec,
  WarehouseSession,
} from "@chorale/target-sdk";
import {
  type CommitStep,
  createSchema,
  createStateTable,
  keepsVersions,
  planCommit,
  quoteName,
  type ReceiptTable,
  readStateRow,
  type StagedTable,
} from "@chorale/target-sdk/sql";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { DuckdbConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import type { Database } from "./database.ts";
import { duckdbDialect } from "./dialect.ts";
import { type FailedWork, isAboutInput, isTooLongLine, loadError, refusalOf } from "./duckdb-errors.ts";
import { stagingQuery } from "./staging-query.ts";
import { ask, askCount, transact } from "./statements.ts";
import { Tables } from "./tables.ts";

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
  const tables = new Tables({ connection, catalog, config, log });
  return new DuckdbSession({ ...options, connections: new Connections(database), staging, tables });
}

interface SessionParts extends Omit<SessionOptions, "database"> {
  readonly connections: Connections;
  /** The name of the database of staged tables. */
  readonly staging: string;
  readonly tables: Tables;
}

class DuckdbSession implements WarehouseSession {
  // DuckDB reads compressed files no faster, and compressing costs as much as reading.
  readonly spool: SpoolRules = { compression: "none", maxFileBytes: spoolFileBytes };
  readonly #parts: SessionParts;
  readonly #staged = new Map<string, StagedTable>();
  readonly #unversioned = new Set<string>();
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
    const steps = planCommit(unit, {
      dialect: duckdbDialect,
      planOf: (shape) => tables.planOf(shape),
      stagedTable: (staged) => this.#stagedTable(staged),
      ...(stateTable === undefined ? {} : { stateTable }),
    });
    this.#warnOfVersions(unit);
    let current: CommitStep | undefined;
    try {
      await connections.use((connection) =>
        transact(connection, async (run) => {
          for (const step of steps) {
            current = step;
            await run(step.statement);
          }
        }),
      );
    } catch (error) {
      throw this.#failed(error, { what: describeStep(current), ...placeOf(current) });
    }
    for (const staged of unit.batches) await this.discard(staged);
    return { rows: rowsByStream(unit) };
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
      const columns = await ask(connection, duckdbDialect.describeTable(receipts.table));
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
    const { tables, config } = this.#parts;
    return { dialect: duckdbDialect, table: tables.named(config.state_table ?? "") };
  }

  /** Says once per table that versions are not kept, which leaves obsolete rows in it. */
  #warnOfVersions({ activations }: CommitUnit): void {
    const { tables, log } = this.#parts;
    for (const { shape } of activations) {
      const { stream } = shape.spec;
      if (keepsVersions(tables.planOf(shape)) || this.#unversioned.has(stream)) continue;
      this.#unversioned.add(stream);
      log.warn(
        `${stream}: ACTIVATE_VERSION is not followed, because add_record_metadata is false: rows of former versions stay in ${shape.table}`,
        { stream },
      );
    }
  }

  #failed(error: unknown, work: FailedWork): unknown {
    const { signal } = this.#parts;
    return signal.aborted ? signal.reason : loadError(error, work);
  }
}

function rowsByStream({ batches }: CommitUnit): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const { batch } of batches) {
    const { stream } = batch.shape.spec;
    rows.set(stream, (rows.get(stream) ?? 0) + batch.rows);
  }
  return rows;
}

function describeStep(step: CommitStep | undefined): string {
  if (step === undefined) return "begin a commit";
  if (step.stream === undefined) return `write to the state table ${step.table}`;
  return step.rows === undefined ? `change ${step.table}` : `load ${step.rows} rows into ${step.table}`;
}

function placeOf(step: CommitStep | undefined): Partial<Omit<CommitStep, "statement">> {
  if (step === undefined) return {};
  const { statement: _, ...place } = step;
  return place;
}
