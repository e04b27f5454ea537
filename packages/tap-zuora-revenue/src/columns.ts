import {
  dateTime,
  decimal,
  integer,
  isDateTime,
  type JsonSchema,
  nullable,
  type Presence,
  type Schema,
  string,
} from "@chorale/singer";
import type { View } from "./views.ts";

/** How a column is emitted. */
export type ColumnKind = "text" | "key" | "decimal" | "moment" | "period";

/** A column as `describe-columns` tells it. */
export interface DescribedColumn {
  readonly name: string;
  readonly dataType: string;
  readonly scale: number | undefined;
}

/** A cell that does not fit its column's type. */
export class CellError extends SyntaxError {
  override readonly name = "CellError";
}

/** Answers the kind of a column that is known without asking. */
export function knownKind(name: string, { view, isText }: { view: View; isText: boolean }): ColumnKind {
  if (view.keys.includes(name)) return "key";
  const known = view.columns.get(name);
  if (isText || known === undefined) return "text";
  return known === "number" ? "decimal" : known;
}

/**
 * Answers the kind of a described column. Ids are texts: Oracle's may be longer than a double holds, and keys have to
 * be of one type wherever they are joined. What is known to hold odd texts stays text.
 */
export function describedKind(
  { name, dataType }: DescribedColumn,
  { view, isText }: { view: View; isText: boolean },
): ColumnKind {
  const known = view.columns.get(name);
  const isId = name === "ID" || name.endsWith("_ID");
  if (view.keys.includes(name)) return "key";
  if (isText || known === "text" || (isId && known !== "period")) return "text";
  if (/^(?:NUMBER|FLOAT|INTEGER|BINARY_)/i.test(dataType)) return known === "period" ? "period" : "decimal";
  return /^(?:DATE|TIMESTAMP)/i.test(dataType) ? "moment" : "text";
}

/** Answers the schema of a kind. */
export function schemaOfKind(kind: ColumnKind, scale?: number): Schema<unknown, Presence> {
  switch (kind) {
    case "key":
      return string();
    case "decimal":
      return nullable(decimal({ precision: 38, scale: scale ?? usualScale }));
    case "moment":
      return nullable(dateTime());
    case "period":
      return nullable(integer());
    default:
      return nullable(string());
  }
}

/** Tells the kind of a column from its schema, so that whatever the account said is used in the records, too. */
export function kindOfSchema(name: string, schema: JsonSchema | undefined, view: View): ColumnKind {
  if (view.keys.includes(name)) return "key";
  if (schema?.format === "x-singer.decimal") return "decimal";
  if (schema?.format === "date-time") return "moment";
  const types = [schema?.type].flat();
  return types.includes("integer") ? "period" : "text";
}

/** Where Zuora says nothing: money and rates, which are often quotients. */
const usualScale = 15;
const numeral = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const scientific = /^[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/;
const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d:?\d\d)?$/;

/** Answers what reads the cells of a kind. A reader throws a `CellError` for a text that means nothing. */
export function readerOf(kind: ColumnKind): (cell: string) => unknown {
  switch (kind) {
    case "key":
      return (cell) => cell;
    case "decimal":
      return (cell) => (cell === "" ? null : decimalOf(cell.trim()));
    case "moment":
      return (cell) => (cell === "" ? null : momentOf(cell.trim()));
    case "period":
      return (cell) => (cell === "" ? null : wholeOf(cell.trim()));
    default:
      return (cell) => (cell === "" ? null : cell);
  }
}

function decimalOf(cell: string): string {
  const match = numeral.exec(cell);
  const [, sign = "", whole = "", rest = ""] = match ?? [];
  if (match === null || whole + rest === "") {
    if (scientific.test(cell)) return cell.replace(/^\+/, "");
    throw new CellError("is no number");
  }
  const minus = sign === "-" ? "-" : "";
  return `${minus}${whole === "" ? "0" : whole}${rest === "" ? "" : `.${rest}`}`;
}

function wholeOf(cell: string): number {
  if (/^\d{1,15}$/.test(cell)) return Number(cell);
  throw new CellError("is no period");
}

/** Zuora's moments have no zone; they are taken for UTC. */
function momentOf(cell: string): string {
  const [, day, time = "00:00:00", zone = "Z"] = moment.exec(cell) ?? [];
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const text = `${day}T${seconds}${offset}`;
  if (day !== undefined && isDateTime(text)) return text;
  throw new CellError("is no date");
}
