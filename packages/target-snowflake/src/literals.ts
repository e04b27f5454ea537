/**
 * Writes a text as a SQL literal of Snowflake, where a backslash escapes and a quote is doubled. Line breaks stand for
 * themselves; a NUL, which no statement may hold, is escaped; halves of surrogate pairs become U+FFFD.
 *
 * @example
 * ```ts
 * snowflakeText("it's C:\\temp"); // "'it''s C:\\\\temp'"
 * ```
 */
export function snowflakeText(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "''")
    .replaceAll("\0", "\\u0000");
  return `'${escaped}'`;
}
