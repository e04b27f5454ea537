/** Where another loader puts a stream. */
export interface Place {
  /** Absent where the name does not say: the configured one. */
  readonly schema?: string;
  readonly table: string;
  /**
   * Whether the table's name has already what this loader makes of it, but for capitals.
   * @default false
   */
  readonly isConformed?: boolean;
}

/** A stream's name, split as PipelineWise does. */
export interface SplitStream {
  readonly schema?: string;
  readonly table: string;
}

/**
 * Splits `schema-table` and `catalog-schema-table`; hyphens of the table's name become underscores. A name without a
 * hyphen is a table's.
 */
export function splitStream(stream: string): SplitStream {
  const [first = "", second, ...rest] = stream.split("-");
  if (second === undefined) return { table: stream };
  if (rest.length === 0) return { schema: first, table: second };
  return { schema: second, table: rest.join("_") };
}

/** Answers the table of PipelineWise's loader: spaces stay, and the schema in the name is only looked up. */
export function pipelinewisePlace(stream: string): Place {
  return { table: splitStream(stream).table.replaceAll(/[.-]/g, "_"), isConformed: true };
}

/**
 * Answers the table of MeltanoLabs' loader: what follows the last hyphen. Two or three parts name the schema in the last
 * but one, where none is configured. The first of three would be the database there; here that is always the configured one.
 */
export function meltanoPlace(stream: string, { hasDefault }: { readonly hasDefault: boolean }): Place {
  const parts = stream.split("-");
  const table = conformed(parts.at(-1) ?? stream);
  const hasSchema = !hasDefault && (parts.length === 2 || parts.length === 3);
  return {
    table,
    isConformed: true,
    ...(hasSchema ? { schema: conformed(parts.at(-2) ?? "") } : {}),
  };
}

const digitLetters = "abcdefghij";

/** Leaves out other characters, and begins with a letter instead of a digit: 0 is a, 9 is j. */
function conformed(name: string): string {
  const kept = name.replaceAll(/[^A-Za-z0-9_\-.\s]/g, "");
  const joined = kept.trim().replaceAll(/[.\- ]/g, "_");
  return joined.replace(/^[0-9]/, (digit) => digitLetters.charAt(Number(digit)));
}
