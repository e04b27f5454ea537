import { type Cell, generatedCell, type World } from "./cells.ts";
import type { TableKind } from "./table-kinds.ts";

/** A row by its columns. */
export type Row = Readonly<Record<string, Cell>>;

/** What a test can do to the rows of a table. A change is stamped with the clock's time unless it says another. */
export interface RowTable {
  /** How many rows there were, those that were deleted among them. */
  readonly size: number;
  /** All rows that are there, in the order of their numbers. */
  rows(): readonly Row[];
  /** Adds a row; columns that are not given are drawn. Answers its number. */
  add(cells?: Row): number;
  /** Changes columns of a row, by its number. */
  update(row: number, cells: Row): void;
  /** Removes a row without a trace. */
  delete(row: number): void;
}

/** The rows of a table at one moment. */
export interface Snapshot {
  readonly kind: TableKind;
  /** How many rows there may be: numbers from 0. */
  readonly size: number;
  isThere(row: number): boolean;
  cell(row: number, column: string): Cell;
  /** The numbers of all rows, ordered by columns; nulls come last. */
  ordered(columns: readonly string[]): Iterable<number>;
}

/** The data of a stand-in. */
export interface XactlyStore {
  /** The rows of a table. Throws when the tenant has no such table. */
  table(name: string): RowTable;
}

/** Rows that are computed from their numbers, with what a test did to them. */
export class GeneratedTable implements RowTable {
  readonly kind: TableKind;
  readonly #world: World;
  readonly #count: number;
  readonly #now: () => number;
  /** Never changed in place: results go on with the rows of their moment. */
  #edits: ReadonlyMap<number, Row | undefined> = new Map();
  #added = 0;
  #snapshot: Snapshot | undefined;

  constructor(kind: TableKind, { world, count, now }: { world: World; count: number; now: () => number }) {
    this.kind = kind;
    this.#world = world;
    this.#count = count;
    this.#now = now;
  }

  get size(): number {
    return this.#count + this.#added;
  }

  snapshot(): Snapshot {
    const { kind } = this;
    const edits = this.#edits;
    const base = { kind, world: this.#world, count: this.#count, size: this.size, edits };
    this.#snapshot ??= makeSnapshot(base);
    return this.#snapshot;
  }

  rows(): readonly Row[] {
    const snapshot = this.snapshot();
    const columns = [...this.kind.columns.keys()];
    const there = Array.from({ length: snapshot.size }, (_, row) => row).filter((row) =>
      snapshot.isThere(row),
    );
    return there.map((row) => Object.fromEntries(columns.map((name) => [name, snapshot.cell(row, name)])));
  }

  add(cells: Row = {}): number {
    const row = this.size;
    this.#added += 1;
    this.#edit(row, this.#stamped(cells));
    return row;
  }

  update(row: number, cells: Row): void {
    this.#edit(row, { ...this.#edits.get(row), ...this.#stamped(cells) });
  }

  delete(row: number): void {
    this.#edit(row, undefined);
  }

  #stamped(cells: Row): Row {
    return this.kind.columns.has("MODIFIED_DATE") ? { MODIFIED_DATE: this.#now(), ...cells } : cells;
  }

  #edit(row: number, cells: Row | undefined): void {
    if (row < 0 || row >= this.size) throw new Error(`${this.kind.name}: there is no row ${row}.`);
    this.#edits = new Map([...this.#edits, [row, cells]]);
    this.#snapshot = undefined;
  }
}

interface SnapshotParts {
  readonly kind: TableKind;
  readonly world: World;
  readonly count: number;
  readonly size: number;
  readonly edits: ReadonlyMap<number, Row | undefined>;
}

function makeSnapshot({ kind, world, count, size, edits }: SnapshotParts): Snapshot {
  const orders = new Map<string, Iterable<number>>();
  const isThere = (row: number): boolean => !edits.has(row) || edits.get(row) !== undefined;
  const cell = (row: number, column: string): Cell => {
    const edited = edits.get(row)?.[column];
    return edited === undefined ? generatedCell({ table: kind, column, row, count }, world) : edited;
  };
  return {
    kind,
    size,
    isThere,
    cell,
    ordered(columns) {
      const key = columns.join(" ");
      const known = orders.get(key) ?? sortedRows({ size, columns, cell });
      orders.set(key, known);
      return known;
    },
  };
}

/** Sorts numbers of rows by arrays of their values: a million rows take seconds, and once. */
function sortedRows(options: {
  size: number;
  columns: readonly string[];
  cell: Snapshot["cell"];
}): Uint32Array {
  const { size, columns, cell } = options;
  const values = columns.map((column) => Array.from({ length: size }, (_, row) => cell(row, column)));
  const rows = Uint32Array.from({ length: size }, (_, row) => row);
  return rows.sort((left, right) => {
    for (const column of values) {
      const order = compareCells(column[left] ?? null, column[right] ?? null);
      if (order !== 0) return order;
    }
    return left - right;
  });
}

/** Orders two cells of one column; null is the greatest. */
export function compareCells(left: Cell, right: Cell): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right ? -1 : 1;
}
