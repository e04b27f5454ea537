import { type JsonSchema, type Logger, SchemaError } from "@chorale/singer";
import type { AnyRecord, StreamContext } from "@chorale/tap-sdk";
import type { ZuoraRevenueConfig } from "./client.ts";
import { CellError, kindOfSchema, knownKind, readerOf } from "./columns.ts";
import { csvBytesReader } from "./page-facts.ts";
import type { PageSpool } from "./page-spool.ts";
import type { SpooledPage } from "./query-reader.ts";
import type { View } from "./views.ts";

type Read = (cell: string) => unknown;
type Reader = ReturnType<typeof readerOf>;

/** Makes records of pages: cells go where the header of their page says. */
export class PageRecords {
  readonly #view: View;
  readonly #readers: ReadonlyMap<string, Read>;
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(view: View, context: StreamContext<ZuoraRevenueConfig, AnyRecord>) {
    this.#view = view;
    this.#log = context.log;
    this.#readers = readersOf(view, context);
  }

  /** Reads the records of a page, a piece of it at a time. */
  async *read(page: SpooledPage, spool: PageSpool): AsyncGenerator<AnyRecord, void, void> {
    const toRecord = this.#recordMaker(page);
    let records: AnyRecord[] = [];
    let isHeader = page.hasHeader;
    const reader = csvBytesReader((cells) => {
      if (!isHeader) records.push(toRecord(cells));
      isHeader = false;
    });
    try {
      for await (const piece of spool.read(page.slice)) {
        reader.push(piece);
        yield* records;
        records = [];
      }
      reader.end();
    } catch (error) {
      throw error instanceof SyntaxError ? this.#unreadable(page, error) : error;
    }
    yield* records;
  }

  #recordMaker({ columns, number }: SpooledPage): (cells: readonly string[]) => AnyRecord {
    this.#compare(columns);
    const wanted = columns.flatMap((name, at) => {
      const read = this.#readers.get(name);
      return read === undefined ? [] : [{ name, at, read }];
    });
    let count = 0;
    return (cells) => {
      count += 1;
      if (cells.length !== columns.length) {
        throw new SyntaxError(`record ${count} has ${cells.length} fields below ${columns.length} columns`);
      }
      const record: Record<string, unknown> = {};
      for (const { name, at, read } of wanted) {
        record[name] = cellAt(cells[at] ?? "", { name, read, place: `page ${number}, record ${count}` });
      }
      return record;
    };
  }

  /** Says once what the header has that nobody expected, and what it lacks. */
  #compare(columns: readonly string[]): void {
    const stream = this.#view.name.toLowerCase();
    const names = new Set(columns);
    const key = this.#view.keys.find((each) => !names.has(each));
    if (key !== undefined) {
      throw new SchemaError(
        `${stream}: the rows have no column ${key}, which is in their key. Set "key_overrides".`,
        {
          stream,
          key,
        },
      );
    }
    const missing = [...this.#readers.keys()].filter((name) => !names.has(name) && !this.#told.has(name));
    if (missing.length === 0) return;
    for (const name of missing) this.#told.add(name);
    this.#log.warn(`${stream}: the rows lack columns`, { stream, missing });
  }

  #unreadable({ number }: SpooledPage, cause: SyntaxError): SchemaError {
    const stream = this.#view.name.toLowerCase();
    const advice =
      cause instanceof CellError ? 'Set "types" to text to take it as it is' : "Look whether the API changed";
    const where = cause instanceof CellError ? "" : `page ${number}: `;
    return new SchemaError(`${stream}: ${where}${cause.message}. ${advice}.`, { stream, cause });
  }
}

function cellAt(cell: string, { name, read, place }: { name: string; read: Reader; place: string }): unknown {
  try {
    return read(cell);
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    throw new CellError(
      `${place}: ${name} holds ${JSON.stringify(cell.slice(0, 40))}, which ${error.message}`,
    );
  }
}

/** Only what is emitted is read. */
function readersOf(
  view: View,
  { finding, config, selects }: StreamContext<ZuoraRevenueConfig, AnyRecord>,
): ReadonlyMap<string, Read> {
  const properties: Readonly<Record<string, JsonSchema>> = finding.properties ?? {};
  const names = new Set([...view.columns.keys(), ...view.keys, ...Object.keys(properties)]);
  const stream = view.name.toLowerCase();
  const readers = new Map<string, Read>();
  for (const name of names) {
    if (!view.keys.includes(name) && !selects(stream, name)) continue;
    const isKnownOnly = properties[name] === undefined;
    const kind = isKnownOnly
      ? knownKind(name, { view, isText: config.types === "text" })
      : kindOfSchema(name, properties[name], view);
    readers.set(name, readerOf(kind));
  }
  return readers;
}
