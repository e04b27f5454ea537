import { ambiguousColumn, invalidIdentifier, type TextPlace } from "./problem.ts";
import type { Relation, RelationColumn } from "./relations.ts";
import type { Frame, Translator } from "./translator.ts";
import type { Typed } from "./typed.ts";

/** A column as a statement names it. */
export interface ColumnName {
  readonly parts: readonly string[];
  readonly at: TextPlace;
}

/** Finds what a name stands for: a column, an item of the same SELECT, or a column of a query around. Throws 000904. */
export function resolvedColumn(column: ColumnName, frame: Frame, translator: Translator): Typed {
  for (let place: Frame | undefined = frame; place !== undefined; place = place.outer) {
    const found = foundIn(column, place, translator);
    if (found !== undefined) return found;
  }
  throw invalidIdentifier(writtenName(column.parts), column.at);
}

function foundIn(column: ColumnName, frame: Frame, translator: Translator): Typed | undefined {
  const item = () => aliasedItem(column, frame, translator);
  if (frame.prefersAliases === true) return item() ?? columnIn(column, frame.relations);
  return columnIn(column, frame.relations) ?? item();
}

function aliasedItem(column: ColumnName, frame: Frame, translator: Translator): Typed | undefined {
  const [name, ...others] = column.parts;
  const expression = name === undefined || others.length > 0 ? undefined : frame.aliases.get(name);
  if (expression === undefined) return undefined;
  const aliases = new Map([...frame.aliases].filter(([alias]) => alias !== name));
  return translator.expression(expression, { ...frame, aliases, prefersAliases: false });
}

function columnIn(column: ColumnName, relations: readonly Relation[]): Typed | undefined {
  const name = column.parts.at(-1);
  const qualifier = column.parts.slice(0, -1);
  const matches = relations
    .filter((relation) => isNamed(relation, qualifier))
    .flatMap(({ columns }) => columns.filter((candidate) => isMeant(candidate, { name, qualifier })));
  const [match, ...others] = matches;
  if (others.length > 0) throw ambiguousColumn(writtenName(column.parts), column.at);
  return match;
}

function isMeant(
  candidate: RelationColumn,
  named: { name: string | undefined; qualifier: readonly string[] },
): boolean {
  return candidate.name === named.name && (named.qualifier.length > 0 || candidate.isMerged !== true);
}

/** Whether names stand for a relation: its alias, or the last parts of its full name. */
export function isNamed(relation: Relation, qualifier: readonly string[]): boolean {
  if (qualifier.length > relation.parts.length) return false;
  return qualifier.every((part, index) => part === relation.parts.at(index - qualifier.length));
}

/** Writes a name as messages do: in quotes where it needs them. */
function writtenName(parts: readonly string[]): string {
  return parts.map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part}"`)).join(".");
}
