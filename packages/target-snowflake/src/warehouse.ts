import type { Warehouse } from "@chorale/target-sdk";
import type { SnowflakeConfig } from "./config.ts";

/** Snowflake as a warehouse. The driver is loaded when it is connected to. */
export const snowflake: Warehouse<SnowflakeConfig> = {
  async connect(config, context) {
    const { openSession } = await import("./open-session.ts");
    return await openSession(config, context);
  },
};
