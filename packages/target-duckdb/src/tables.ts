import { ConfigError, type Logger } from "@chorale/singer";
import { overrideOf, type TableShape, type TableSpec } from "@chorale/target-sdk";
import {
  createSchema,
  type ExistingColumn,
  nameOf,
  planTable,
  type TableName,
  type TablePlan,
  tableNameOf,
} from "@chorale/target-sdk/sql";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { DuckdbConfig } from "./config.ts";
import { duckdbDialect } from "./dialect.ts";
import { ask, askCount, transact } from "./statements.ts";

/** What tables are made with. */
export interface TablesOptions {
  readonly connection: DuckDBConnection;
  /** The database's own name, which a schema may have too. */
  readonly catalog: string;
  readonly config: DuckdbConfig;
  readonly log: Logger;
}

const defaultSchema = "main";

/** The tables that a session loads into. */
export class Tables {
  readonly #options: TablesOptions;
  readonly #plans = new Map<string, TablePlan>();
  readonly #streams = new Map<string, string>();
  #hasSchema = false;

  constructor(options: TablesOptions) {
    this.#options = options;
  }

  /** The table of a stream, as it is now. Throws when it was not prepared. */
  planOf({ spec, table }: TableShape): TablePlan {
    const plan = this.#plans.get(spec.stream);
    if (plan === undefined) throw new ConfigError(`${spec.stream}: the table ${table} was not prepared.`);
    return plan;
  }

  /** A table beside those of streams, such as the one of states: `name`, or `schema.name`. */
  named(name: string): TableName {
    const [first = "", ...rest] = name.split(".");
    return rest.length === 0
      ? { catalog: this.#options.catalog, schema: this.#schema, table: first }
      : { catalog: this.#options.catalog, schema: first, table: rest.join(".") };
  }

  /** Makes or changes the stream's table, all of it or nothing. */
  async prepare(spec: TableSpec): Promise<TableShape> {
    const table = this.#nameOf(spec.stream);
    await this.#makeSchema(table);
    const plan = await this.#plan(spec, table);
    const { connection } = this.#options;
    if (plan.statements.length > 0) {
      await transact(connection, async (run) => {
        for (const statement of plan.statements) await run(statement);
      });
    }
    this.#report(spec, plan);
    this.#plans.set(spec.stream, plan);
    return shapeOf(spec, plan);
  }

  async #makeSchema(table: TableName): Promise<void> {
    if (this.#hasSchema) return;
    await ask(this.#options.connection, createSchema(table));
    this.#hasSchema = true;
  }

  get #schema(): string {
    return this.#options.config.default_target_schema ?? defaultSchema;
  }

  #nameOf(stream: string): TableName {
    const { config, catalog } = this.#options;
    const dialect = duckdbDialect;
    const override = overrideOf(config, stream).table;
    const table =
      override === undefined
        ? tableNameOf(stream, { dialect })
        : nameOf(override, { dialect, stream, what: "table" });
    const same = dialect.sameName(table);
    const other = this.#streams.get(same);
    if (other !== undefined && other !== stream) {
      throw new ConfigError(
        `the streams ${JSON.stringify(other)} and ${JSON.stringify(stream)} become one table, ${table}. Give one of them another table in stream_overrides.`,
      );
    }
    this.#streams.set(same, stream);
    return { catalog, schema: this.#schema, table };
  }

  async #plan(spec: TableSpec, table: TableName): Promise<TablePlan> {
    const { connection, config } = this.#options;
    const options = {
      dialect: duckdbDialect,
      table,
      spec,
      existing: await this.#existing(table),
      onTypeChange: config.on_type_change,
    };
    const plan = planTable(options);
    const longNumbers = new Set<string>();
    for (const { column, statement } of plan.checks) {
      if ((await askCount(connection, statement)) > 0) longNumbers.add(column);
    }
    return longNumbers.size === 0 ? plan : planTable({ ...options, longNumbers });
  }

  async #existing(table: TableName): Promise<readonly ExistingColumn[]> {
    const rows = await ask(this.#options.connection, duckdbDialect.describeTable(table));
    return rows.map(([name, sqlType, nullable, hasDefault]) => ({
      name: String(name),
      sqlType: String(sqlType),
      nullable: nullable === true,
      hasDefault: hasDefault === true,
    }));
  }

  #report({ stream }: TableSpec, { taken, statements, table }: TablePlan): void {
    const { log } = this.#options;
    const known = this.#plans.get(stream);
    if (taken.length > 0 && taken.join() !== known?.taken.join()) {
      log.warn(
        `${stream}: ${taken.join(", ")} of the source ${taken.length === 1 ? "is" : "are"} not stored: the target fills the column${taken.length === 1 ? "" : "s"} of that name. Set add_record_metadata to false to store the source's.`,
        { stream },
      );
    }
    for (const { sql } of statements) log.debug(sql, { stream, table: `${table.schema}.${table.table}` });
  }
}

function shapeOf(spec: TableSpec, { table, columns }: TablePlan): TableShape {
  const reason = rewriteReason(spec, columns);
  return {
    spec,
    table: `${table.schema}.${table.table}`,
    columns,
    lane: {
      ...(reason === undefined ? {} : { rewriteAll: reason }),
      // Escaped halves of surrogate pairs fail the file that they are in, which is then rewritten: escapes
      // are far too common to rewrite every line that has one.
      unsafeBytes: ["invalid-utf8"],
    },
  };
}

/** Why DuckDB's reader would lose digits, or the spelling of a value, of every line. */
function rewriteReason(spec: TableSpec, columns: TableShape["columns"]): string | undefined {
  const specs = new Map(spec.columns.map((column) => [column.property, column]));
  for (const { property, type } of columns) {
    const declared = specs.get(property);
    if (declared === undefined) continue;
    const isFed = declared.fedByNumbers === true || !textKinds.has(declared.type.kind);
    if (isFed && (type.kind === "string" || type.kind === "decimal")) {
      return `"${property}" keeps the digits of numbers as they were written`;
    }
  }
  return undefined;
}

/** What JSON carries as a text. */
const textKinds: ReadonlySet<string> = new Set(["string", "timestamp", "date", "time", "decimal"]);
