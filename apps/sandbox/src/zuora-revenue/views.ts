import { viewColumns } from "./view-columns.ts";

/** A column of a view. */
export interface ViewColumn {
  readonly name: string;
  readonly kind: "text" | "number" | "moment" | "period";
  readonly isKey: boolean;
}

const kinds: Readonly<Record<string, ViewColumn["kind"]>> = { "#": "number", "@": "moment", "%": "period" };

/** The views by name, each with its columns in the order of the files. */
export const views: ReadonlyMap<string, readonly ViewColumn[]> = new Map(
  Object.entries(viewColumns).map(([view, { keys, columns }]) => [
    view,
    columns.split(" ").map((spelled) => {
      const name = spelled.replace(/[#@%]$/u, "");
      return { name, kind: kinds[spelled.at(-1) ?? ""] ?? "text", isKey: keys.includes(name) };
    }),
  ]),
);

/** Where a row stands. */
export interface RowPlace {
  readonly seed: number;
  readonly index: number;
  /** When the row changed last. */
  readonly at: number;
}

/** Spells a moment as the files do: no zone is said. */
export function momentText(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

function periodOf(index: number): string {
  return `${2000 + (Math.floor(index / 12) % 8000)}${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Every column has a shape of its own, some with what a careless reader of CSV trips over. */
function cellOf({ name, kind, isKey }: ViewColumn, { seed, index, at }: RowPlace): string {
  if (name === "INCR_UPDT_DT") return momentText(at);
  if (isKey) return kind === "period" ? periodOf(index) : `${seed}${String(index).padStart(9, "0")}`;
  const drawn = (Math.imul(index + 1, 2_654_435_761) ^ Math.imul(seed + name.length, 40_503)) >>> 0;
  if (drawn % 5 === 0) return "";
  if (kind === "period") return periodOf(drawn % 300);
  if (kind === "moment") return momentText(at - (drawn % 86_400) * 1000);
  if (kind === "number") return drawn % 7 === 0 ? `-${drawn}123456789.01` : `.${drawn % 100}5`;
  if (/NAME|DESC|COMMENT/u.test(name)) return `"Globex, ""${drawn % 1000}""\nGmbH é"`;
  return name.endsWith("_FLAG") ? "Y" : `${name.slice(0, 4)}-${drawn % 1000}`;
}

/** Makes a line of a view's file. */
export function lineOf(columns: readonly ViewColumn[], place: RowPlace): string {
  return columns.map((column) => cellOf(column, place)).join(",");
}

/** Describes columns as `describe-columns` does: in alphabetical order. */
export function describedColumns(columns: readonly ViewColumn[]) {
  const texts = { data_type: "VARCHAR2", data_length: 240, data_precision: null, data_scale: null };
  const types = {
    text: texts,
    number: { data_type: "NUMBER", data_length: 22, data_precision: null, data_scale: null },
    period: { data_type: "NUMBER", data_length: 22, data_precision: "38", data_scale: "0" },
    moment: { data_type: "DATE", data_length: 7, data_precision: null, data_scale: null },
  } as const;
  const sorted = columns.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return sorted.map(({ name, kind }) => ({ column_name: name, ...types[kind] }));
}
