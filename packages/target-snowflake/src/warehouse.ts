import type { Warehouse } from "@chorale/target-sdk";
import type { SnowflakeConfig } from "./config.ts";
import type { WorkerThreads } from "./worker-threads.ts";

/** Snowflake as a warehouse. The driver is loaded when it is connected to. Files are put there in `threads`, which are fresh by default. */
export function snowflakeWarehouse(threads?: WorkerThreads): Warehouse<SnowflakeConfig> {
  return {
    async connect(config, context) {
      const { openSession } = await import("./open-session.ts");
      return await openSession(config, { ...context, threads });
    },
  };
}
