import type { JsonObject } from "../json.ts";
import { isObjectName, type ObjectName, objectKinds } from "./object-kinds.ts";
import { firstId, generatedRow, idStep, momentOf, type Row, type World } from "./rows.ts";

/** What a test can do to the rows of one kind. A change is stamped with the clock's time unless it says another. */
export interface ObjectTable {
  get(id: number): Row | undefined;
  /** All rows, in the order of their ids. */
  rows(): Iterable<Row>;
  /** Adds a row with the next id. Keys that are not given are drawn. */
  add(fields?: JsonObject): Row;
  /** Changes keys of a row. Throws when there is no such row. */
  update(id: number, changes: JsonObject): Row;
  /** Removes a row without a trace, as the API does. Throws when there is no such row. */
  delete(id: number): void;
}

/** The data of a stand-in. */
export interface ZengrcStore {
  /** The rows of one kind of object. Throws when there is no such kind. */
  table(name: string): ObjectTable;
}

/** A table as the endpoints read it. */
export interface ListedTable extends ObjectTable {
  /** At most `limit` rows whose ids come after this one, in the order of their ids. */
  after(id: number, limit: number): readonly Row[];
}

/** The data as the endpoints read it. */
export interface ListedStore extends ZengrcStore {
  /** Undefined where there is no such kind of object. */
  find(name: string): ListedTable | undefined;
}

/** Lays out an account. Rows are made when they are asked for; changes are kept. */
export function zengrcStore(world: World, now: () => number): ListedStore {
  const tables = new Map<string, ListedTable>();
  const find = (name: string): ListedTable | undefined => {
    if (!isObjectName(name)) return undefined;
    const table = tables.get(name) ?? new GeneratedTable({ world, name, now });
    tables.set(name, table);
    return table;
  };
  return {
    find,
    table(name) {
      const table = find(name);
      if (table !== undefined) return table;
      throw new Error(`${name}: there is no such object. Take one of ${[...objectKinds.keys()].join(", ")}.`);
    },
  };
}

/** Rows that are computed from their ids, with what a test did to them. */
class GeneratedTable implements ListedTable {
  readonly #world: World;
  readonly #name: ObjectName;
  readonly #now: () => number;
  readonly #count: number;
  readonly #changed = new Map<number, Row>();
  readonly #removed = new Set<number>();
  #added = 0;

  constructor({ world, name, now }: { world: World; name: ObjectName; now: () => number }) {
    this.#world = world;
    this.#name = name;
    this.#now = now;
    this.#count = world.sizes.get(name) ?? 0;
  }

  get(id: number): Row | undefined {
    const index = (id - firstId) / idStep;
    const isThere = Number.isInteger(index) && index >= 0 && index < this.#count + this.#added;
    if (!isThere || this.#removed.has(id)) return undefined;
    return this.#changed.get(id) ?? generatedRow({ world: this.#world, name: this.#name, id });
  }

  rows(): Iterable<Row> {
    return this.after(0, Number.POSITIVE_INFINITY);
  }

  after(id: number, limit: number): readonly Row[] {
    const found: Row[] = [];
    const first = Math.max(0, Math.floor((id - firstId) / idStep) + 1);
    for (let index = first; index < this.#count + this.#added && found.length < limit; index += 1) {
      const row = this.get(firstId + index * idStep);
      if (row !== undefined) found.push(row);
    }
    return found;
  }

  add(fields: JsonObject = {}): Row {
    const id = firstId + (this.#count + this.#added) * idStep;
    const stamp = momentOf(this.#now(), this.#world.moments);
    const row = generatedRow({
      world: this.#world,
      name: this.#name,
      id,
      fields: { created_at: stamp, updated_at: stamp, ...fields },
    });
    this.#added += 1;
    this.#changed.set(id, row);
    return row;
  }

  update(id: number, changes: JsonObject): Row {
    const updated_at = momentOf(this.#now(), this.#world.moments);
    const row = { ...this.#known(id), updated_at, ...changes, id };
    this.#changed.set(id, row);
    return row;
  }

  delete(id: number): void {
    this.#known(id);
    this.#removed.add(id);
  }

  #known(id: number): Row {
    const row = this.get(id);
    if (row !== undefined) return row;
    throw new Error(`${this.#name}: there is no row ${id}. Take the id of a row that exists.`);
  }
}
