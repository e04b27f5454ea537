import { ConnectorError, type Logger } from "@chorale/singer";
import type { HttpClient } from "@chorale/tap-sdk";
import type { XactlyConfig } from "./client.ts";

/** A row: its values in the order of the statement's columns. */
export type SqlRow = readonly unknown[];

/**
 * A way to run statements on a tenant: Connect's gateway, or whatever else takes its SQL, such as a process with the
 * vendor's JDBC driver.
 */
export interface SqlRoute {
  /**
   * Runs a SELECT and yields its rows, in order, as they come; leaving the loop early ends the query. Throws
   * {@link ResultGone} when rows that are still to come are lost, and the statement may be run again.
   */
  query(sql: string): AsyncIterable<SqlRow>;
  /** Answers the names of a table's columns; undefined where they cannot be known. @default they cannot */
  columnsOf?(table: string): Promise<readonly string[] | undefined>;
}

/** What a route is opened with. */
export interface RouteContext {
  readonly config: XactlyConfig;
  /** The client of Connect's gateway. */
  readonly http: HttpClient;
  readonly log: Logger;
  /** Ends every wait; a route that holds anything open lets go of it. */
  readonly signal: AbortSignal;
}

/** Opens a route: once for each stream that is read, and for each that is asked about. It requests nothing. */
export type OpenRoute = (context: RouteContext) => SqlRoute;

/** A result whose further rows are lost: it expired, or ended before its end. Exit code 75. */
export class ResultGone extends ConnectorError {
  static override readonly className: string = "ResultGone";
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, kind: "transient" });
  }
}
