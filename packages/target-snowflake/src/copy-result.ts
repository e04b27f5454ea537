/** What a COPY answered: rows under the names of its columns, as the driver gives them. */
export interface CopyAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** How many rows a COPY loaded, or why not all of its files were. */
export type CopiedRows = { readonly rows: number } | { readonly problem: string };

/**
 * Reads what COPY answers: a row for each file. Every one of `files` files has to be LOADED: one that was skipped, or
 * loaded in part, and an answer without files are a problem, also where Snowflake calls the statement a success.
 *
 * @example
 * ```ts
 * copiedRows({ columns: ["file", "status", "rows_loaded"], rows: [["a/0001.json.zst", "LOADED", "12"]] }, { files: 1 });
 * // { rows: 12 }
 * ```
 */
export function copiedRows({ columns, rows }: CopyAnswer, { files }: { readonly files: number }): CopiedRows {
  const at = new Map(columns.map((name, index) => [name.toLowerCase(), index]));
  const field = (row: readonly (string | null)[], name: string): string | null =>
    row[at.get(name) ?? -1] ?? null;
  if (!at.has("file")) {
    const [row] = rows;
    return { problem: (row === undefined ? null : field(row, "status")) ?? "COPY answered nothing" };
  }
  let loaded = 0;
  for (const row of rows) {
    const status = field(row, "status");
    if (status !== "LOADED") {
      const error = field(row, "first_error");
      return { problem: `${field(row, "file")} is ${status}${error === null ? "" : `: ${error}`}` };
    }
    loaded += Number(field(row, "rows_loaded") ?? Number.NaN);
  }
  if (rows.length !== files) return { problem: `COPY answered for ${rows.length} of ${files} files` };
  return Number.isSafeInteger(loaded)
    ? { rows: loaded }
    : { problem: "COPY did not say how many rows it loaded" };
}
