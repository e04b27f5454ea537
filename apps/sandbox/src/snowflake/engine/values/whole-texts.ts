import accessors from "@duckdb/node-api/lib/vectors/dataAccessors.js";

/**
 * Lets DuckDB's driver answer texts whole. It decodes them with a `TextDecoder` that takes a byte order mark at the
 * beginning of a text for its own and drops it, and has no setting for that (1.5.6).
 */
export function answerWholeTexts(): void {
  Object.assign(accessors, { textDecoder: new TextDecoder("utf-8", { ignoreBOM: true }) });
}
