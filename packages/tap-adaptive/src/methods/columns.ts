import {
  anything,
  array,
  boolean,
  integer,
  nullable,
  object,
  type Presence,
  type Schema,
  string,
} from "@chorale/singer";
import type { XmlTree } from "../wire/element-reader.ts";
import type { XmlElement } from "../wire/xml.ts";

/** The columns of a stream, by name. */
export type Columns = Readonly<Record<string, Schema<unknown, Presence>>>;

/** The column of a key. */
export const key = integer();
/** The column of a key that is a text. */
export const textKey = string();
export const whole = nullable(integer());
export const text = nullable(string());
export const flag = nullable(boolean());
/** Whatever is in an element, as it came. */
export const json = nullable(anything());
/** Elements of one kind, with their attributes. */
export const list = nullable(array(object({})));

/** Where an element is in its tree. */
export const treeColumns = {
  parent_id: whole,
  parent_name: text,
  depth: integer(),
  path: nullable(array(string())),
} satisfies Columns;

type Convert = (value: string) => string | number | boolean | null | undefined;

/** Names are spelled in several ways: `timeRollUp`, `timeRollup`, `dimension-id`. */
function plainName(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/**
 * Makes the function that turns an element's attributes into columns. What has no column, or does not fit it, is in
 * the column `additional` as it came. `aliases` are other names of attributes, with their columns.
 */
export function attributeReader(
  columns: Columns,
  aliases: Readonly<Record<string, string>> = {},
): (element: XmlElement) => Record<string, unknown> {
  const known = new Map<string, { column: string; convert: Convert }>();
  for (const [column, { json: schema }] of Object.entries(columns)) {
    known.set(plainName(column), { column, convert: conversionTo([schema.type ?? ""].flat()) });
  }
  for (const [alias, column] of Object.entries(aliases)) {
    const entry = known.get(plainName(column));
    if (entry !== undefined) known.set(plainName(alias), entry);
  }
  return ({ attributes }) => {
    const record: Record<string, unknown> = {};
    const additional: Record<string, string> = {};
    for (const [name, value] of Object.entries(attributes)) {
      const entry = known.get(plainName(name));
      const converted = entry?.convert(value);
      if (entry === undefined || converted === undefined) additional[name] = value;
      else record[entry.column] = converted;
    }
    return { ...record, ...(Object.keys(additional).length === 0 ? {} : { additional }) };
  };
}

const flags: Readonly<Record<string, boolean>> = { "0": false, "1": true, false: false, true: true };

function conversionTo(types: readonly string[]): Convert {
  if (types.includes("string")) return (value) => value;
  const convert = types.includes("integer") ? wholeNumber : types.includes("boolean") ? flagOf : undefined;
  return (value) => (value === "" && types.includes("null") ? null : convert?.(value));
}

function wholeNumber(value: string): number | undefined {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

function flagOf(value: string): boolean | undefined {
  return Object.hasOwn(flags, value) ? flags[value] : undefined;
}

/** Answers where an element is among those of its name. */
export function placeOf(
  { attributes, ancestors }: { attributes: XmlElement["attributes"]; ancestors: readonly XmlElement[] },
  name: string,
): Record<string, unknown> {
  const above = ancestors.filter((each) => each.name === name);
  const parent = above.at(-1);
  return {
    parent_id: idOf(parent),
    parent_name: parent === undefined ? null : nameOf(parent.attributes),
    depth: above.length,
    path: [...above.map((each) => nameOf(each.attributes)), nameOf(attributes)],
  };
}

function nameOf({ name, label, code }: Readonly<Record<string, string>>): string {
  return name ?? label ?? code ?? "";
}

/** The id of an element; null where it has none. */
export function idOf(element: XmlElement | undefined): number | null {
  return wholeNumber(element?.attributes["id"] ?? "") ?? null;
}

/** The attributes of all elements in those of a name; undefined where there is no such element. */
export function listIn({ children }: XmlTree, name: string): readonly XmlElement["attributes"][] | undefined {
  const holders = children.filter((child) => child.name === name);
  if (holders.length === 0) return undefined;
  return holders.flatMap((holder) => holder.children.map(({ attributes }) => attributes));
}

/** Everything in an element as JSON: its tag as `kind`, its attributes, and what is in it as `items`. */
export function jsonOf({ name, attributes, children, text: content }: XmlTree): Record<string, unknown> {
  const trimmed = content.trim();
  return {
    ...attributes,
    kind: name,
    ...(trimmed === "" ? {} : { text: trimmed }),
    ...(children.length === 0 ? {} : { items: children.map(jsonOf) }),
  };
}

/** What is in the elements of a name, as JSON; undefined where there is no such element. */
export function jsonIn({ children }: XmlTree, name: string): readonly unknown[] | undefined {
  const holders = children.filter((child) => child.name === name);
  return holders.length === 0 ? undefined : holders.flatMap((holder) => holder.children.map(jsonOf));
}
