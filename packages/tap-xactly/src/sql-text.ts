import { ConfigError } from "@chorale/singer";

/** The schema of Incent's tables. */
export const schemaName = "xactly";

/** What a statement is made of. */
export interface SelectParts {
  readonly table: string;
  /** `*` alone for all. */
  readonly columns: readonly string[];
  /** Conditions that all must hold. @default none */
  readonly where?: readonly string[];
  /** @default no order */
  readonly orderBy?: readonly string[];
  /** @default no limit */
  readonly limit?: number | undefined;
}

/** Writes a SELECT. Throws `ConfigError` for a name that is none. */
export function selectText({ table, columns, where = [], orderBy = [], limit }: SelectParts): string {
  const list = columns[0] === "*" ? "*" : columns.map(identifierText).join(", ");
  return [
    `SELECT ${list} FROM ${schemaName}.${identifierText(table)}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`]),
    ...(orderBy.length === 0 ? [] : [`ORDER BY ${orderBy.map(identifierText).join(", ")}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
  ].join(" ");
}

/** Answers a name as it may stand in a statement. Nothing is quoted: what would need it is refused. */
export function identifierText(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new ConfigError(
    `${JSON.stringify(name)} is no name of a table or a column. Use letters, digits and underscores.`,
  );
}

/** Writes a value as a literal. Numbers are quoted, too, as the gateway is known to take them. */
export function literalText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Writes a comparison of a column with a value. */
export function comparison(column: string, operator: "=" | ">" | ">=" | "<", value: string): string {
  return `${identifierText(column)} ${operator} ${literalText(value)}`;
}

/**
 * Writes the condition of rows that come after one, in the order of these columns: greater in the first, or the same
 * in it and greater in the second, and so on.
 */
export function afterRow(columns: readonly string[], values: readonly string[]): string {
  const greater = columns.map((column, index) => {
    const same = columns.slice(0, index).map((each, at) => comparison(each, "=", values[at] ?? ""));
    const parts = [...same, comparison(column, ">", values[index] ?? "")];
    return parts.length === 1 ? parts.join("") : `(${parts.join(" AND ")})`;
  });
  return greater.length === 1 ? greater.join("") : `(${greater.join(" OR ")})`;
}
