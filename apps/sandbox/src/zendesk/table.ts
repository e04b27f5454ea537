import type { JsonObject } from "../json.ts";
import { Collection, type GeneratedRows } from "./collection.ts";
import { epochSeconds, isoTime, type Row } from "./row.ts";

/** What a test can do to the rows of one kind. Changes are stamped with the clock's time unless they say another. */
export interface Table {
  /** The row as it is stored, with every key that any endpoint shows. */
  get(id: number): Row | undefined;
  /** All rows as they are stored, by id; of a large account there are many. */
  all(): readonly Row[];
  /** Adds a row with a new id, or with `fields.id`. Keys that are not given are drawn. */
  add(fields?: JsonObject): Row;
  /** Changes keys of a row. Throws when there is no such row. */
  update(id: number, changes: JsonObject): Row;
  /** Deletes a row in the way of its kind: a mark that exports show, or no trace. Throws when there is no such row. */
  delete(id: number): void;
}

/** A table with the rows that endpoints read. */
export interface StoredTable extends Table {
  readonly rows: Collection;
}

/** How the rows of one kind are made and marked. */
export interface TableOptions {
  readonly name: string;
  readonly generated: GeneratedRows;
  readonly now: () => number;
  make(options: { id: number; stamp: number; fields: JsonObject }): Row;
  /** The keys that say when a row was changed. */
  stampFields(stamp: number): JsonObject;
  /** The keys that mark a row as deleted; without it deleted rows vanish. */
  deletedFields?(row: Row, stamp: number): JsonObject;
}

function givenStamp(fields: JsonObject): number | undefined {
  const { generated_timestamp: generated, updated_at: updated } = fields;
  if (typeof generated === "number") return generated;
  return typeof updated === "string" ? epochSeconds(updated) : undefined;
}

/** A kind of row with the changes that a test may make. */
export function table(options: TableOptions): StoredTable {
  const { name, generated, now, make, stampFields, deletedFields } = options;
  const rows = new Collection(generated);
  const known = (id: number): Row => {
    const row = rows.get(id);
    if (row === undefined)
      throw new Error(`${name}: there is no row ${id}. Take the id of a row that exists.`);
    return row;
  };
  const update = (id: number, changes: JsonObject): Row => {
    const stamp = givenStamp(changes) ?? now();
    const row = { ...known(id), ...stampFields(stamp), ...changes, id };
    rows.put(row);
    return row;
  };
  return {
    rows,
    update,
    get: (id) => rows.get(id),
    all: () => [...rows.all()],
    add(fields = {}) {
      const id = typeof fields["id"] === "number" ? fields["id"] : rows.nextId();
      const stamp = givenStamp(fields) ?? now();
      const times = { created_at: isoTime(stamp), ...stampFields(stamp) };
      const row = make({ id, stamp, fields: { ...times, ...fields, id } });
      rows.put(row);
      return row;
    },
    delete(id) {
      const row = known(id);
      if (deletedFields === undefined) rows.remove(id);
      else update(id, deletedFields(row, now()));
    },
  };
}
