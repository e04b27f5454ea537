import { createHash } from "node:crypto";
import { ConfigError } from "@chorale/singer";
import type { Dialect, TableName } from "./dialect.ts";

const hashLength = 8;

/**
 * Quotes a name. Every identifier in a statement goes through here, reserved words and hostile names alike.
 *
 * @example
 * ```ts
 * quoteName('a "b"'); // '"a ""b"""'
 * ```
 */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Writes a text as a SQL literal.
 *
 * @example
 * ```ts
 * quoteText("it's"); // "'it''s'"
 * ```
 */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Writes a table's whole name, quoted.
 *
 * @example
 * ```ts
 * quoteTable({ schema: "main", table: "users" }); // '"main"."users"'
 * ```
 */
export function quoteTable({ catalog, schema, table }: TableName): string {
  return [...(catalog === undefined ? [] : [catalog]), schema, table].map(quoteName).join(".");
}

/**
 * Answers the name of a stream's table: the stream's, with `_` for `.`, `-` and spaces, folded as the
 * dialect folds. Throws `ConfigError` for a name that no table can have.
 *
 * @example
 * ```ts
 * tableNameOf("public-users", { dialect }); // "public_users"
 * ```
 */
export function tableNameOf(stream: string, { dialect }: { readonly dialect: Dialect }): string {
  return nameOf(stream.replaceAll(/[.\- ]/g, "_"), { dialect, stream, what: "stream" });
}

/**
 * Answers the name of each property's column, in the properties' order. Throws `ConfigError` when two
 * properties become one column, naming both, and for a name that no column can have.
 *
 * @example
 * ```ts
 * columnNamesOf(["id", "a b"], { dialect, stream: "users" }).get("a b"); // "A B" where names are folded
 * ```
 */
export function columnNamesOf(
  properties: readonly string[],
  { dialect, stream }: { readonly dialect: Dialect; readonly stream: string },
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const property of properties) {
    const name = nameOf(property, { dialect, stream, what: "property" });
    const other = taken.get(dialect.sameName(name));
    if (other !== undefined) {
      throw new ConfigError(
        `${stream}: the properties ${JSON.stringify(other)} and ${JSON.stringify(property)} become one column in ${dialect.name}. Leave one of them out of the selection.`,
      );
    }
    taken.set(dialect.sameName(name), property);
    names.set(property, name);
  }
  return names;
}

/**
 * Answers a name as the dialect stores it: folded, and shortened to its limit with a hash of the whole.
 * Throws `ConfigError` when it is empty or holds a NUL.
 *
 * @example
 * ```ts
 * nameOf("id", { dialect, stream: "users", what: "property" });
 * ```
 */
export function nameOf(
  name: string,
  { dialect, stream, what }: { readonly dialect: Dialect; readonly stream: string; readonly what: string },
): string {
  if (name === "" || name.includes("\0")) {
    const kind = name === "" ? "without a name" : "with a NUL in its name";
    throw new ConfigError(
      `${stream}: a ${what} ${kind} cannot be stored in ${dialect.name}. Leave it out of the selection.`,
    );
  }
  const folded = dialect.fold(name);
  return dialect.fold(shortened(folded, { limit: dialect.maxNameLength, whole: name }));
}

/** Cuts a name to a number of characters, so that it ends in a hash of `whole`; one that is short enough stays as it is. */
export function shortened(
  name: string,
  { limit, whole }: { readonly limit: number | undefined; readonly whole: string },
): string {
  const characters = [...name];
  if (limit === undefined || characters.length <= limit) return name;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, hashLength);
  return `${characters.slice(0, limit - hashLength - 1).join("")}_${hash}`;
}
