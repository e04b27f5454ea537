import {
  anything,
  dateTime,
  integer,
  isRawNumber,
  nullable,
  number,
  type Presence,
  rawNumber,
  type Schema,
  string,
} from "@chorale/singer";

/** What a column holds. `any`: whatever comes, as it comes. */
export type ColumnKind = "id" | "integer" | "number" | "text" | "moment" | "any";

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** How numeric ids are written. */
export type IdType = "integer" | "string";

/** Answers the kind of a known column, whose name ends in `#` when it holds a number. */
export function knownColumn(text: string): Column {
  const name = text.replace(/#$/, "");
  if (name === text) return { name, kind: /_(?:DATE|DT)$/.test(name) ? "moment" : "text" };
  if (name === "VERSION") return { name, kind: "integer" };
  return { name, kind: /(?:^|_)ID(?:_FK)?$/.test(name) ? "id" : "number" };
}

const namedKinds: ReadonlyMap<string, ColumnKind> = new Map([
  ["integer", "integer"],
  ["number", "number"],
  ["string", "text"],
  ["date-time", "moment"],
]);

/** Answers a column of the settings: `NAME` or `NAME:type`. */
export function configuredColumn(text: string): Column {
  const [name = "", type = ""] = text.split(":");
  return { name, kind: namedKinds.get(type) ?? usualKind(name) };
}

function usualKind(name: string): ColumnKind {
  if (name.endsWith("_UNIT_TYPE_ID")) return "id";
  return name === "MODIFIED_DATE" || name === "CREATED_DATE" ? "moment" : "text";
}

/** Answers the schema of a column. */
export function columnSchema({ kind }: Column, idType: IdType): Schema<unknown, Presence> {
  if (kind === "any") return nullable(anything());
  if (kind === "moment") return dateTime();
  if (kind === "text" || (kind === "id" && idType === "string")) return string();
  return kind === "number" ? number() : integer();
}

/** Answers what spells a column's values as its schema has them. A value that cannot be is left as it is. */
export function spellingOf({ kind }: Column, idType: IdType): (value: unknown) => unknown {
  if (kind === "any") return (value) => value ?? null;
  const spell = kind === "id" && idType === "string" ? spellText : spellings[kind];
  return (value) => (value === null || value === undefined ? null : spell(value));
}

const spellings: Readonly<Record<Exclude<ColumnKind, "any">, (value: unknown) => unknown>> = {
  id: spellNumber,
  integer: spellNumber,
  number: spellNumber,
  text: spellText,
  moment: spellMoment,
};

const plainInteger = /^-?\d+$/;
const plainNumber = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The gateway's types are not documented: numbers may be text. */
function spellNumber(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (text === "") return null;
  if (!plainNumber.test(text)) return value;
  const double = Number(text);
  return plainInteger.test(text) && !Number.isSafeInteger(double) ? rawNumber(integerText(text)) : double;
}

/** JSON knows no zeros in front. */
function integerText(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, "$1");
}

function spellText(value: unknown): unknown {
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "string" ? value : literalValue(value);
}

const looseMoment =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<minutes>\d\d:\d\d)(?<seconds>:\d\d(?:\.\d+)?)? ?(?<zone>Z|[+-]\d\d:\d\d)?)?$/;

/** A moment without a zone is in UTC; numbers are milliseconds since 1970. */
function spellMoment(value: unknown): unknown {
  if (value === "") return null;
  const epoch = epochOf(value);
  if (epoch !== undefined) return `${isoText(epoch)}Z`;
  const parts = typeof value === "string" ? looseMoment.exec(value)?.groups : undefined;
  if (parts === undefined) return value;
  const { day = "", minutes = "00:00", seconds = ":00", zone = "Z" } = parts;
  return `${day}T${minutes}${seconds}${zone}`;
}

/** The greatest moment of a JavaScript date. */
const maxEpoch = 8.64e15;

function epochOf(value: unknown): number | undefined {
  const isText = typeof value === "string" && /^-?\d{9,16}$/.test(value);
  const number = typeof value === "number" || isText ? Number(value) : Number.NaN;
  return Math.abs(number) <= maxEpoch ? number : undefined;
}

function isoText(epoch: number): string {
  return new Date(epoch).toISOString().slice(0, -1);
}

/**
 * Answers a value as the text of a literal that stands for the same: what came as text is sent back letter by letter.
 * Undefined for null.
 */
export function literalOf(value: unknown, { kind }: Column): string | undefined {
  if (value === null || value === undefined) return undefined;
  const epoch = kind === "moment" ? epochOf(value) : undefined;
  return epoch === undefined ? literalValue(value) : isoText(epoch);
}

function literalValue(value: unknown): string {
  if (isRawNumber(value)) return value.rawJSON;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
