import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Measurement, measured } from "../measurement.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

/** As much of the driver as is used here. */
interface Driver {
  readonly DuckDBInstance: {
    create(path: string, settings: Readonly<Record<string, string>>): Promise<Instance>;
  };
}

interface Instance {
  connect(): Promise<{
    run(sql: string): Promise<unknown>;
    runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
  }>;
  closeSync(): void;
}

const recordType =
  "STRUCT(id BIGINT, name VARCHAR, email VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP, amount DOUBLE, " +
  "active BOOLEAN, city VARCHAR, status VARCHAR, note VARCHAR)";

/**
 * The reference of a load: DuckDB alone reads the narrow records of a file into a table, in one statement, with the
 * driver, the memory and the threads that target-duckdb has.
 */
export async function loadWithDuckdb({ file, folder }: TaskInput): Promise<Measurement> {
  const { DuckDBInstance } = await targetDriver();
  const settings = { memory_limit: "512MB", threads: "2", temp_directory: folder };
  const instance = await DuckDBInstance.create(join(folder, "raw.duckdb"), settings);
  const connection = await instance.connect();
  const result = await measured(async () => {
    await connection.run(
      "CREATE TABLE orders AS SELECT record.* FROM read_json(" +
        `'${file.path}', format = 'newline_delimited', columns = {type: 'VARCHAR', record: '${recordType}'}) ` +
        "WHERE type = 'RECORD'",
    );
    return { records: file.records, bytes: file.bytes };
  });
  const answer = await connection.runAndReadAll("SELECT count(*) FROM orders");
  expectCount(Number(answer.getRows()[0]?.[0]), { expected: file.records, of: "rows" });
  instance.closeSync();
  return result;
}

/** The driver belongs to target-duckdb: what is compared has to be the same version. */
async function targetDriver(): Promise<Driver> {
  const ofTarget = createRequire(import.meta.resolve("@chorale/target-duckdb/package.json"));
  return await import(pathToFileURL(ofTarget.resolve("@duckdb/node-api")).href);
}
