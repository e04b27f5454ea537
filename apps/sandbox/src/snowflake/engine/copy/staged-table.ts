import {
  BIGINT,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { Duck } from "../storage/duck.ts";

/** The table of one COPY's rows: `_file` numbers its files from 1, `_row` the rows of a file from 1. */
export const stagedTable = '"~staged"';
const chunkRows = 2048;

/** How many rows a COPY has staged, field by field. */
export class StagedTable {
  readonly #duck: Duck;
  readonly #fields: number;
  #appender: DuckDBAppender | undefined;
  #columns: DuckDBValue[][];

  constructor(duck: Duck, fields: number) {
    this.#duck = duck;
    this.#fields = fields;
    this.#columns = this.#emptyColumns();
  }

  async open(): Promise<void> {
    const fields = Array.from({ length: this.#fields }, (_, index) => `${fieldColumn(index)} VARCHAR`);
    const columns = ["_file INTEGER", "_row BIGINT", ...fields].join(", ");
    await this.#duck.run(`CREATE OR REPLACE TEMP TABLE ${stagedTable} (${columns})`);
    this.#appender = await this.#duck.appender("~staged");
  }

  append(file: number, row: number, fields: readonly (string | null)[]): void {
    const [files, rows, ...texts] = this.#columns;
    files?.push(file);
    rows?.push(BigInt(row));
    for (const [index, column] of texts.entries()) column.push(fields[index] ?? null);
    if (files?.length === chunkRows) this.#flush();
  }

  /** Writes what was appended. */
  finish(): void {
    this.#flush();
    this.#appender?.closeSync();
    this.#appender = undefined;
  }

  async drop(): Promise<void> {
    this.#appender?.closeSync();
    this.#appender = undefined;
    await this.#duck.run(`DROP TABLE IF EXISTS temp.${stagedTable}`);
  }

  #flush(): void {
    if ((this.#columns[0]?.length ?? 0) === 0) return;
    const texts = Array.from({ length: this.#fields }, () => VARCHAR);
    const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, ...texts]);
    chunk.setColumns(this.#columns);
    this.#appender?.appendDataChunk(chunk);
    this.#columns = this.#emptyColumns();
  }

  #emptyColumns(): DuckDBValue[][] {
    return Array.from({ length: this.#fields + 2 }, () => []);
  }
}

/** The name of a field's column, counted from 0. */
export function fieldColumn(index: number): string {
  return `"f${index + 1}"`;
}
