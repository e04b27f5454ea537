import { defineTap, type Tap } from "@chorale/tap-sdk";
import { type XactlyConfig, xactly } from "./client.ts";
import { connectRoute } from "./connect-route.ts";
import type { OpenRoute } from "./sql-route.ts";
import { tableStream } from "./table-stream.ts";
import { knownTables, tablesOf } from "./tables.ts";

/**
 * Makes a tap for Xactly Incent that runs its statements by another route than Connect's gateway, such as a process
 * with the vendor's JDBC driver.
 *
 * @example
 * ```ts
 * const tap = tapXactlyBy(({ signal }) => ({ query: (sql) => rowsOfMyDriver(sql, signal) }));
 * await runTapCli(tap);
 * ```
 */
export function tapXactlyBy(openRoute: OpenRoute): Tap<XactlyConfig> {
  return defineTap({
    name: "tap-xactly",
    package: new URL("../package.json", import.meta.url),
    description: "Extracts credits, commissions, quotas, positions and plans from Xactly Incent",
    config: xactly.config,
    streams: knownTables.map((table) =>
      tableStream(table, { openRoute, idType: "integer", looksForColumns: false }),
    ),
    streamsFor: (config) => {
      const settings = { openRoute, idType: config.id_type, looksForColumns: config.discover_columns };
      return tablesOf(config).map((table) => tableStream(table, settings));
    },
  });
}

/**
 * The tap for Xactly Incent, over the REST gateway of Xactly Connect.
 *
 * @example
 * ```ts
 * for await (const message of tapXactly.sync({ config })) console.log(message);
 * ```
 */
export const tapXactly = tapXactlyBy(connectRoute);
