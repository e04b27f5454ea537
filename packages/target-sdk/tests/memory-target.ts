import { isObject, parseExact, parseSource, SchemaError } from "@chorale/singer";
import type { ColumnSpec } from "../src/columns.ts";
import { columnsOf } from "../src/columns-of.ts";
import type {
  StoredColumn,
  StoredRow,
  StoredValue,
  SuiteTarget,
  TargetSuiteOptions,
} from "../src/testing/index.ts";
import { convertValue } from "../src/values.ts";

/** What the target does wrong on purpose. */
export interface Faults {
  /** Prints states before the records ahead of them are stored. */
  readonly printsEarly?: boolean;
  /** Keeps the row that came first. */
  readonly keepsOlder?: boolean;
  /** Forgets what is not a whole batch at the end of the input. */
  readonly dropsLastBatch?: boolean;
  /** Reads numbers as doubles. */
  readonly roundsNumbers?: boolean;
  /** Stores the empty text as null. */
  readonly emptyIsNull?: boolean;
  /** Drops the offset of a moment. */
  readonly dropsOffsets?: boolean;
  /** Stores a row without its key. */
  readonly takesNullKeys?: boolean;
  /** Prints the last state once more, at the beginning. */
  readonly inventsState?: boolean;
  /** Swallows the error of a bad record and goes on. */
  readonly hidesErrors?: boolean;
  /** Never prints the last state. */
  readonly forgetsLastState?: boolean;
  /** Upserts what should be appended. */
  readonly neverAppends?: boolean;
}

interface Table {
  readonly columns: Map<string, StoredColumn["kind"]>;
  rows: StoredRow[];
}

interface Stream {
  readonly keys: readonly string[];
  readonly columns: readonly ColumnSpec[];
}

type Database = Map<string, Table>;
type Row = Readonly<Record<string, unknown>>;

/** The options of a suite for a small target that keeps its tables in memory, upserts and appends. */
export function memorySuite(faults: Faults): TargetSuiteOptions {
  const databases = new Map<unknown, Database>();
  const tableOf = (config: Row, name: string): Table | undefined =>
    databases.get(config["database"])?.get(name);
  return {
    target: memoryTarget(databases, faults),
    config: async (testId) => {
      databases.set(testId, new Map());
      return { database: testId };
    },
    readRows: async (config, table) => tableOf(config, table)?.rows ?? [],
    readColumns: async (config, table) =>
      [...(tableOf(config, table)?.columns ?? [])].map(([name, kind]) => ({ name, kind })),
    createTable: () => Promise.reject(new Error("not supported")),
  };
}

function memoryTarget(databases: ReadonlyMap<unknown, Database>, faults: Faults): SuiteTarget {
  return {
    name: "target-memory",
    about: async () => ({}),
    readState: async () => undefined,
    async run(input, { config, onState }) {
      if (!isObject(config)) throw new Error("no config");
      const database = databases.get(config["database"]) ?? new Map<string, Table>();
      const batchSize = Number(config["batch_size_rows"] ?? 1000);
      const streams = new Map<string, Stream>();
      const pending = new Map<string, Row[]>();
      let due: unknown;
      let printed: unknown;
      const print = async (): Promise<void> => {
        if (due === printed) return;
        printed = due;
        await onState?.(JSON.stringify(due));
      };
      const flush = (name: string): void => {
        const stream = streams.get(name);
        const rows = pending.get(name) ?? [];
        pending.delete(name);
        if (stream !== undefined) store(tableFor(database, { name, stream }), { rows, stream, faults, name });
      };
      if (faults.inventsState === true) await onState?.('{"invented":true}');
      for (const line of await linesOf(input)) {
        const message = faults.roundsNumbers === true ? JSON.parse(line) : parseSource(line);
        const name = String(message.stream);
        if (message.type === "SCHEMA") {
          flush(name);
          const exact = parseExact(line);
          const schema = isObject(exact) && isObject(exact["schema"]) ? exact["schema"] : {};
          if (schema["properties"] === undefined)
            throw new SchemaError(`${name}: no properties`, { stream: name });
          const stream = { keys: message.key_properties ?? [], columns: columnsOf(schema) };
          streams.set(name, stream);
          tableFor(database, { name, stream });
        } else if (message.type === "RECORD") {
          if (!streams.has(name))
            throw new SchemaError(`${name}: a RECORD before its SCHEMA`, { stream: name });
          const rows = [...(pending.get(name) ?? []), message.record];
          pending.set(name, rows);
          if (rows.length >= batchSize) flush(name);
        } else if (message.type === "STATE") {
          due = parseExact(JSON.stringify(message.value));
          if (faults.printsEarly === true || pending.size === 0) await print();
        }
      }
      if (faults.dropsLastBatch !== true) for (const name of pending.keys()) flush(name);
      if (faults.forgetsLastState !== true) await print();
      return { streams: new Map(), state: undefined };
    },
  };
}

async function linesOf(input: AsyncIterable<Uint8Array>): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString()
    .split("\n")
    .filter((line) => line.trim() !== "");
}

function tableFor(database: Database, { name, stream }: { name: string; stream: Stream }): Table {
  const table = database.get(name) ?? { columns: new Map(), rows: [] };
  database.set(name, table);
  for (const { property, type } of stream.columns) table.columns.set(property, type.kind);
  return table;
}

function store(
  table: Table,
  { rows, stream, faults, name }: { rows: readonly Row[]; stream: Stream; faults: Faults; name: string },
): void {
  const converted = rows.map((record) => convertRow(record, { stream, faults, name }));
  for (const row of converted) {
    if (row === undefined) continue;
    const isAppended = stream.keys.length === 0 && faults.neverAppends !== true;
    const keys = isAppended ? [] : stream.keys.length === 0 ? ["id"] : stream.keys;
    const found = isAppended
      ? -1
      : table.rows.findIndex((other) => keys.every((key) => other[key] === row[key]));
    if (found === -1) table.rows.push(row);
    else if (faults.keepsOlder !== true) table.rows[found] = row;
  }
}

function convertRow(
  record: Row,
  { stream, faults, name }: { stream: Stream; faults: Faults; name: string },
): StoredRow | undefined {
  const missing = stream.keys.find((key) => record[key] === undefined || record[key] === null);
  if (missing !== undefined && faults.takesNullKeys !== true) {
    throw new SchemaError(`${name}: "${missing}" is missing`, { stream: name });
  }
  const entries: [string, StoredValue][] = [];
  for (const { property, type } of stream.columns) {
    const value =
      faults.dropsOffsets === true && type.kind === "timestamp"
        ? cutOffset(record[property])
        : record[property];
    const converted = convertValue(value, type);
    if ("invalid" in converted) {
      if (faults.hidesErrors === true) return undefined;
      throw new SchemaError(`${name}: "${property}": ${converted.invalid}`, { stream: name, key: property });
    }
    const stored = storedValue(converted.json, type.kind);
    entries.push([property, stored === "" && faults.emptyIsNull === true ? null : stored]);
  }
  return Object.fromEntries(entries);
}

function cutOffset(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/[+-][0-9:]+$/, "Z") : value;
}

function storedValue(json: string, kind: StoredColumn["kind"]): StoredValue {
  if (json === "null") return null;
  if (kind === "json") return json;
  const value: StoredValue = JSON.parse(json);
  return kind === "integer" ? BigInt(String(value)) : value;
}
