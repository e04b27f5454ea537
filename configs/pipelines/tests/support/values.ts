/** What a column holds, whatever a warehouse calls its type. */
export type Kind = "text" | "number" | "boolean" | "moment" | "date" | "json";

/** A row by its columns' names in lower case: each value as the one text that all spellings of it become. */
export type Row = Readonly<Record<string, string | null>>;

/** A column as a warehouse describes it. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** A table as it was read. */
export interface ReadTable {
  readonly columns: readonly DescribedColumn[];
  readonly rows: readonly Row[];
}

/** A table without the columns that a target fills: two are equal when their rows are, whatever their order. */
export interface Contents {
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Sorted JSON texts. */
  readonly rows: readonly string[];
}

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/^VARCHAR/, "text"],
  [/^(?:BIGINT|HUGEINT|DECIMAL|DOUBLE|NUMBER|FLOAT)/, "number"],
  [/^BOOLEAN/, "boolean"],
  [/^TIMESTAMP/, "moment"],
  [/^DATE$/, "date"],
  [/^(?:JSON|VARIANT)/, "json"],
];

/** The kind of a type as DESCRIBE spells it. */
export function kindOf(type: string): Kind {
  const kind = kinds.find(([pattern]) => pattern.test(type))?.[1];
  if (kind === undefined) throw new Error(`no column of these pipelines has the type ${type}`);
  return kind;
}

/** Writes a value in the one way in which equal values are written. */
export function canonical(value: unknown, kind: Kind): string | null {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case "number":
      return canonicalNumber(String(value));
    case "moment":
      return canonicalMoment(String(value));
    case "json":
      return canonicalJson(typeof value === "string" ? value : JSON.stringify(value));
    default:
      return String(value);
  }
}

/** Answers the rows of a table in canonical values, under its columns' names in lower case. */
export function canonicalRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly DescribedColumn[],
): readonly Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name, type }) => [name.toLowerCase(), canonical(row[name], kindOf(type))]),
    ),
  );
}

/** What two tables are compared by. */
export function contentsOf({ rows, columns }: ReadTable): Contents {
  const compared = columns.filter(({ name }) => !/^_sdc_/i.test(name));
  const names = compared.map(({ name }) => name.toLowerCase()).sort();
  return {
    kinds: Object.fromEntries(
      compared.map(({ name, type }): [string, Kind] => [name.toLowerCase(), kindOf(type)]).sort(byName),
    ),
    rows: rows.map((row) => JSON.stringify(names.map((name) => [name, row[name]]))).sort(),
  };
}

/** Says in few words how a table differs from what it should hold; nothing when it does not. */
export function differencesOf(found: Contents, expected: Contents): readonly string[] {
  const kinds = JSON.stringify(found.kinds) === JSON.stringify(expected.kinds) ? [] : ["other columns"];
  const missing = without(expected.rows, found.rows).map((row) => `missing: ${row}`);
  const extra = without(found.rows, expected.rows).map((row) => `too many: ${row}`);
  const rows = [...missing, ...extra];
  const more = rows.length > 2 ? [`and ${rows.length - 2} more`] : [];
  return [...kinds, ...rows.slice(0, 2).map((row) => row.slice(0, 300)), ...more];
}

/** The rows of one table that another does not have as often. */
function without(rows: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const left = counts.get(row) ?? 0;
    counts.set(row, left - 1);
    return left <= 0;
  });
}

/** Whole numbers keep all their digits; others are doubles. */
function canonicalNumber(text: string): string {
  return /^-?\d+$/.test(text) ? text : String(Number(text));
}

/** `2024-01-31 10:00:00.5`, `2024-01-31T10:00:00.500000` and `2024-01-31T10:00:00.5Z` are one moment. */
function canonicalMoment(text: string): string {
  const [, date, time, fraction = ""] = /^(\S{10,})[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/.exec(text) ?? [];
  if (date === undefined) throw new Error(`${text} is no moment in UTC`);
  return `${date}T${time}.${fraction.replace(/0+$/, "")}`;
}

function canonicalJson(text: string): string {
  return JSON.stringify(inOrder(JSON.parse(text, exactNumber)));
}

/** A number that a double does not keep stays the text that it was written as. */
function exactNumber(_key: string, value: unknown, context: { source?: string } = {}): unknown {
  const isLost = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLost ? { number: context.source ?? "" } : value;
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(byName);
  return Object.fromEntries(entries.map(([key, item]) => [key, inOrder(item)]));
}
