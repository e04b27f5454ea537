import type { Warehouse } from "@chorale/target-sdk";
import type { DuckdbConfig } from "./config.ts";

/** DuckDB as a warehouse. The driver is loaded when it is connected to. */
export const duckdb: Warehouse<DuckdbConfig> = {
  async connect(config, { log, signal, tempDir }) {
    const [{ openDatabase }, { openSession }] = await Promise.all([
      import("./database.ts"),
      import("./session.ts"),
    ]);
    const database = await openDatabase({ config, log, signal, tempDir });
    try {
      return await openSession({ database, config, log, signal });
    } catch (error) {
      database.close();
      throw error;
    }
  },
};
