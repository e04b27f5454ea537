import { DuckDBInstance } from "@duckdb/node-api";
import type { Bind } from "../../../src/snowflake/contract.ts";
import { registerFunctions } from "../../../src/snowflake/engine/values/functions-registry.ts";
import { physicalName, quoted } from "../../../src/snowflake/engine/values/names.ts";
import { EngineError, objectMissing } from "../../../src/snowflake/engine/values/problem.ts";
import type { Scope, TableSource } from "../../../src/snowflake/engine/values/relations.ts";
import { encodeValue } from "../../../src/snowflake/engine/values/results.ts";
import { runtimeError } from "../../../src/snowflake/engine/values/runtime-errors.ts";
import { tokenize } from "../../../src/snowflake/engine/values/tokens.ts";
import { type TranslatedQuery, translateQuery } from "../../../src/snowflake/engine/values/translate.ts";
import { physicalType, type SqlType, typeName } from "../../../src/snowflake/engine/values/types.ts";

/** A table that a harness holds: its columns, and its rows as SQL of Snowflake. */
export interface HarnessTable {
  readonly name: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Queries without FROM, one for each row. */
  readonly rows: readonly string[];
}

/** A DuckDB with the runtime's functions, and a few tables. */
export class Harness {
  readonly #instance: DuckDBInstance;
  readonly #tables = new Map<string, TableSource>();
  readonly parameters = new Map<string, string | number | boolean>([["TIMEZONE", "UTC"]]);

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(): Promise<Harness> {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    registerFunctions(connection);
    connection.closeSync();
    return new Harness(instance);
  }

  close(): void {
    this.#instance.closeSync();
  }

  scope(binds: readonly Bind[] = []): Scope {
    return {
      table: (parts) => {
        const found = [...this.#tables.values()].find((source) =>
          parts.every((part, index) => part === source.parts?.at(index - parts.length)),
        );
        if (found === undefined) throw objectMissing(parts.join("."));
        return found;
      },
      binds,
      place: { database: "DB", schema: "PUBLIC", warehouse: null, role: "LOADER" },
      user: "ADA",
      parameters: this.parameters,
    };
  }

  async add(table: HarnessTable): Promise<void> {
    const sql = quoted(physicalName(table.name.join(".")));
    const columns = table.columns.map(
      ({ name, type }) => `${quoted(physicalName(name))} ${physicalType(type)}`,
    );
    const connection = await this.#instance.connect();
    await connection.run(`CREATE TABLE ${sql} (${columns.join(", ")})`);
    for (const row of table.rows) {
      await connection.run(`INSERT INTO ${sql} ${translateQuery(tokenize(row), this.scope()).sql}`);
    }
    connection.closeSync();
    this.#tables.set(table.name.join("."), { sql, columns: table.columns, parts: table.name });
  }

  /** Answers a query's rows, as the wire would have them. */
  async rows(sql: string, binds: readonly Bind[] = []): Promise<readonly (readonly (string | null)[])[]> {
    return await this.run(translateQuery(tokenize(sql), this.scope(binds)));
  }

  /** Runs a query that is translated already. */
  async run(query: TranslatedQuery): Promise<readonly (readonly (string | null)[])[]> {
    const connection = await this.#instance.connect();
    try {
      const rows = (await connection.runAndReadAll(query.sql)).getRows();
      return rows.map((row) => query.columns.map(({ type }, index) => encodeValue(row[index] ?? null, type)));
    } catch (error) {
      throw runtimeError(error);
    } finally {
      connection.closeSync();
    }
  }

  /** Answers the one value of an expression. */
  async value(expression: string, binds: readonly Bind[] = []): Promise<string | null | undefined> {
    return (await this.rows(`SELECT ${expression}`, binds))[0]?.[0];
  }

  /** Answers the type of an expression as Snowflake spells it. */
  typeOf(expression: string): string | undefined {
    const type = translateQuery(tokenize(`SELECT ${expression}`), this.scope()).columns[0]?.type;
    return type === undefined ? undefined : typeName(type);
  }

  /** Answers the code and the text of a refusal. */
  async refusal(sql: string, binds: readonly Bind[] = []): Promise<readonly [string, string, string]> {
    try {
      const rows = await this.rows(sql, binds);
      return ["", "", `not refused: ${JSON.stringify(rows)}`];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return [error.problem.code, error.problem.sqlState, error.problem.message];
    }
  }
}
