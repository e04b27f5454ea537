import { ConfigError } from "@chorale/singer";
import type { ColumnType } from "../columns.ts";
import type { Dialect, ExistingColumn, StoredType, TypeChange } from "./dialect.ts";
import { nameOf } from "./identifiers.ts";
import { canHold, widenType } from "./widening.ts";

/** What happens when a property's new type does not fit its column. */
export type TypeChangeRule = "widen" | "new_column" | "fail";

/** A column that a stream wants. */
export interface WantedColumn {
  readonly property: string;
  readonly name: string;
  readonly type: ColumnType;
  readonly isKey: boolean;
  readonly stream: string;
  /** The table's name, for messages. */
  readonly table: string;
}

/** The table that the column is wanted in. */
export interface EvolutionContext {
  readonly dialect: Dialect;
  readonly existing: readonly ExistingColumn[];
  readonly onTypeChange: TypeChangeRule;
  readonly longNumbers: ReadonlySet<string>;
  /** Names that properties of the stream have, as the warehouse compares them. */
  readonly wantedNames: ReadonlySet<string>;
}

/** The column that a property gets. */
export interface EvolvedColumn {
  readonly property: string;
  readonly name: string;
  /** What it holds once `change` is made. */
  readonly type: ColumnType;
  readonly change?: TypeChange;
  readonly isNew?: boolean;
}

/**
 * Decides which column a property is stored in: the one that is there when it can hold the values, that
 * one widened, or a new one. Never narrows a column, and never goes back to a narrower one.
 *
 * @example
 * ```ts
 * const { name, type, change, isNew } = evolveColumn(wanted, context);
 * ```
 */
export function evolveColumn(wanted: WantedColumn, context: EvolutionContext): EvolvedColumn {
  const { dialect, onTypeChange } = context;
  const found = columnNamed(wanted.name, context);
  if (found === undefined) return newColumn(wanted, { dialect, name: wanted.name });
  const stored = dialect.storedType(found.sqlType);
  const mayAddColumn = onTypeChange === "new_column" && !wanted.isKey;
  const typed = mayAddColumn ? typedColumn(wanted, context) : undefined;
  if (typed !== undefined) return typed;
  if (stored !== undefined && fits(stored, wanted.type)) {
    return { property: wanted.property, name: found.name, type: stored.type };
  }
  const keepsKind = stored !== undefined && widenType(stored.type, wanted.type).kind === stored.type.kind;
  if (mayAddColumn && !keepsKind) return addTypedColumn(wanted, context);
  if (stored === undefined) throw cannotHold(wanted, { found, dialect });
  return widened(wanted, { found, stored, context });
}

function addTypedColumn(wanted: WantedColumn, context: EvolutionContext): EvolvedColumn {
  const { dialect } = context;
  const name = nameOf(`${wanted.name}${typedSeparator}${wanted.type.kind}`, {
    dialect,
    stream: wanted.stream,
    what: "column",
  });
  const found = columnNamed(name, context);
  const stored = found === undefined ? undefined : dialect.storedType(found.sqlType);
  return found === undefined || stored === undefined
    ? newColumn(wanted, { dialect, name })
    : widened(wanted, { found, stored, context });
}

/** The column that an earlier run made for values of another type, when it holds these. */
function typedColumn(wanted: WantedColumn, context: EvolutionContext): EvolvedColumn | undefined {
  const { dialect, existing, wantedNames } = context;
  const prefix = dialect.sameName(`${wanted.name}${typedSeparator}`);
  const candidates = existing.flatMap(({ name, sqlType }) => {
    const same = dialect.sameName(name);
    const isTyped = same.startsWith(prefix) && kinds.has(same.slice(prefix.length).toLowerCase());
    if (!isTyped || wantedNames.has(same)) return [];
    const stored = dialect.storedType(sqlType);
    return stored !== undefined && fits(stored, wanted.type) ? [{ name, type: stored.type }] : [];
  });
  // The narrowest that holds the values: the others hold everything that it does.
  const [best] = candidates.toSorted((one, other) => (canHold(one.type, other.type) ? 1 : -1));
  return best === undefined ? undefined : { property: wanted.property, ...best };
}

function widened(
  wanted: WantedColumn,
  { found, stored, context }: { found: ExistingColumn; stored: StoredType; context: EvolutionContext },
): EvolvedColumn {
  const { dialect, onTypeChange, longNumbers } = context;
  const wider = widenType(stored.type, wanted.type);
  const to: ColumnType = wider.kind === "double" && longNumbers.has(found.name) ? { kind: "string" } : wider;
  if (onTypeChange === "fail") {
    throw new ConfigError(
      `${wanted.stream}: the type of "${wanted.property}" changed: its column in ${wanted.table} is ${found.sqlType} and would have to be ${dialect.columnType(to)}. Set on_type_change to widen or new_column, or correct the schema.`,
    );
  }
  const kept = dialect.storedType(dialect.columnType(to))?.type ?? to;
  return {
    property: wanted.property,
    name: found.name,
    type: kept,
    change: { from: stored.type, to },
  };
}

function newColumn(
  { property, type }: WantedColumn,
  { dialect, name }: { dialect: Dialect; name: string },
): EvolvedColumn {
  const kept = dialect.storedType(dialect.columnType(type))?.type ?? type;
  return { property, name, type: kept, isNew: true };
}

function fits({ type, narrow }: StoredType, wanted: ColumnType): boolean {
  return narrow !== true && canHold(type, wanted);
}

function columnNamed(name: string, { dialect, existing }: EvolutionContext): ExistingColumn | undefined {
  return existing.find((column) => dialect.sameName(column.name) === dialect.sameName(name));
}

/** A property's column for values of another type is named `price__string`. */
const typedSeparator = "__";
const kinds: ReadonlySet<string> = new Set<ColumnType["kind"]>([
  "integer",
  "double",
  "decimal",
  "boolean",
  "string",
  "timestamp",
  "date",
  "time",
  "json",
]);

function cannotHold(
  { stream, property, table, type }: WantedColumn,
  { found, dialect }: { found: ExistingColumn; dialect: Dialect },
): ConfigError {
  return new ConfigError(
    `${stream}: the table ${table} is there and its column "${found.name}" of type ${found.sqlType} cannot hold "${property}", which needs ${dialect.columnType(type)}. Set on_type_change to new_column, or load into another table with stream_overrides.`,
  );
}
