import { describe, fromJsonSchema, type Infer, object, string, withDefault } from "@chorale/singer";
import { targetSettings } from "@chorale/target-sdk";

/** The settings of target-duckdb. */
export const config = object({
  path: describe(
    string(),
    "The database file, made when it is not there; :memory: for one that is gone after the run.",
  ),
  memory_limit: describe(
    withDefault(
      fromJsonSchema<string>({ type: "string", pattern: "^[0-9]+(\\.[0-9]+)? ?([KMGT]i?)?B$" }),
      "512MB",
    ),
    "The memory that DuckDB uses at most; what does not fit waits in temp_dir.",
  ),
  threads: describe(
    withDefault(fromJsonSchema<number>({ type: "integer", minimum: 1, maximum: 1024 }), 2),
    "The threads that DuckDB works with.",
  ),
  lock_timeout_seconds: describe(
    withDefault(fromJsonSchema<number>({ type: "number", minimum: 0, maximum: 86_400 }), 60),
    "How long to wait for the database file while another process holds it.",
  ),
  ...targetSettings,
});

/** The settings of target-duckdb, as its code reads them: defaults applied. */
export type DuckdbConfig = Infer<typeof config>;
