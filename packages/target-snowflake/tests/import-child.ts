import { createRequire } from "node:module";

// Prints which modules of the driver were loaded by importing everything, and then by loading the driver.
const begin = performance.now();
await import("../src/index.ts");
await import("../src/connection.ts");
await import("../src/uploads.ts");
const { loadDriver } = await import("../src/driver.ts");
const milliseconds = Math.round(performance.now() - begin);

const loaded = (): number =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes("snowflake-sdk")).length;
const before = loaded();
await loadDriver();
const switches = [
  process.env["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"],
  process.env["SNOWFLAKE_DISABLE_MINICORE"],
  process.env["SF_TELEMETRY_DISABLE_CONNECTION_SHAPE"],
];
process.stdout.write(JSON.stringify({ before, after: loaded(), milliseconds, switches }));
