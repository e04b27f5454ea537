import { ConnectorError } from "@chorale/singer";
import { CsvReader } from "../wire/csv-reader.ts";
import type { OutputReader } from "../wire/response-reader.ts";
import type { DimensionColumns } from "./data-columns.ts";
import { type Period, periodOf } from "./periods.ts";

/** Is told what CSV in an output is made of. */
export interface RowEvents {
  header(cells: readonly string[]): void;
  row(cells: readonly string[]): void;
}

/** Makes a reader of the CSV in an output. Throws a `SyntaxError` for a row that is not as long as the header. */
export function csvOutput(events: RowEvents, open: OutputReader["open"] = () => undefined): OutputReader {
  let width: number | undefined;
  let rows = 0;
  const reader = new CsvReader((cells) => {
    if (width === undefined) {
      width = cells.length;
      events.header(cells);
      return;
    }
    if (cells.length !== width)
      throw new SyntaxError(`a row of ${cells.length} cells below ${width} columns`);
    rows += 1;
    events.row(cells);
  });
  return {
    open,
    close: () => undefined,
    text: (piece) => reader.push(piece),
    end() {
      reader.end();
      return rows;
    },
  };
}

/** What the columns of a header are. */
export interface Header {
  /** Columns of the record, with the places of their cells. */
  readonly keys: readonly { readonly column: string; readonly at: number }[];
  readonly periods: readonly (Period & { readonly at: number; readonly code: string })[];
  /** Columns that nobody asked for. */
  readonly unknown: readonly string[];
}

const required = ["account_code", "level_name"];

/** Tells the columns of a header: names and codes are keys, all others are periods. */
export function headerOf(cells: readonly string[], dimensions: readonly DimensionColumns[]): Header {
  const columns = new Map([
    ["Account Name", "account_name"],
    ["Account Code", "account_code"],
    ["Level Name", "level_name"],
    ["Level Code", "level_code"],
    ...dimensions.flatMap(({ name, nameColumn, codeColumn }) => [
      [`${name} Name`, nameColumn] as const,
      [`${name} Code`, codeColumn] as const,
    ]),
  ]);
  const places = cells.map((cell, at) => ({ name: cell.trim(), at }));
  const isKey = (name: string): boolean => columns.has(name) || / (?:Name|Code)$/.test(name);
  return {
    keys: places.flatMap(({ name, at }) => {
      const column = columns.get(name);
      return column === undefined ? [] : [{ column, at }];
    }),
    periods: places
      .filter(({ name }) => !isKey(name))
      .map(({ name, at }) => ({ ...periodOf(name), at, code: name })),
    unknown: places.filter(({ name }) => isKey(name) && !columns.has(name)).map(({ name }) => name),
  };
}

/** Throws a `ConnectorError` for a header without the columns that identify a record. */
export function checkHeader({ keys }: Header, subject: string): void {
  const missing = required.filter((column) => !keys.some((each) => each.column === column));
  if (missing.length === 0) return;
  throw new ConnectorError(
    `${subject}: the answer has no columns for ${missing.join(" and ")}. Check "api_version".`,
  );
}

/** Makes records of a row: one for each period. */
export function* recordsOfRow(
  cells: readonly string[],
  { header, constants }: { header: Header; constants: Readonly<Record<string, unknown>> },
): Generator<Record<string, unknown>, void, void> {
  const keys: Record<string, unknown> = { ...constants };
  for (const { column, at } of header.keys) keys[column] = cells[at] ?? "";
  for (const { at, code: _code, ...period } of header.periods) {
    const cell = (cells[at] ?? "").trim();
    yield { ...keys, ...period, value: valueOfCell(cell), is_invalid: cell === "I" };
  }
}

const numeral = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Blank and invalid cells have no value. Throws a `ConnectorError` for what is no number. */
function valueOfCell(cell: string): number | null {
  if (cell === "" || cell === "B" || cell === "I") return null;
  const value = numeral.test(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new ConnectorError(
    `data: a cell holds ${JSON.stringify(cell.slice(0, 40))}, which is no number. Compare the API's answer with the fact that its locale is en_US.`,
  );
}
