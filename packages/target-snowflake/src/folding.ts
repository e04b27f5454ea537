/** The longest name of a table, a column or anything else, in characters. */
export const maxNameLength = 255;

/**
 * Spells a name in capitals, as Snowflake does with names that are not quoted.
 *
 * Names without quotes are made of the letters A to Z only, so that no rule of Snowflake's says what becomes of others.
 * They are spelled in capitals too, as other loaders do, where a letter has a capital of its own: a `ß` would become
 * two letters and a dotless `ı` the capital of `i`, so they stay. A name never changes its length, and no two
 * letters become one but a letter and its own capital.
 *
 * @example
 * ```ts
 * foldName("Größe"); // "GRÖßE"
 * ```
 */
export function foldName(name: string): string {
  let folded = "";
  for (const character of name) folded += capitalOf(character);
  return folded;
}

function capitalOf(character: string): string {
  const capital = character.toUpperCase();
  return capital.toLowerCase() === character && capital.length === character.length ? capital : character;
}
