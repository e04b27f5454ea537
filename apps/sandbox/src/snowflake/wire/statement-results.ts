import type { JsonObject } from "../../json.ts";
import type { ResultColumn, RowsResult } from "../contract.ts";
import type { WireSession } from "./session-book.ts";

type ParameterValue = string | number | boolean;

/** What every session has, as far as the driver looks at it. */
const defaultParameters: Readonly<Record<string, ParameterValue>> = {
  BINARY_OUTPUT_FORMAT: "HEX",
  CLIENT_RESULT_PREFETCH_THREADS: 1,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: 3600,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
  DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
  QUERY_CONTEXT_CACHE_SIZE: 5,
  TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
  TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
  TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
  TIMESTAMP_TZ_OUTPUT_FORMAT: "",
  TIMEZONE: "America/Los_Angeles",
  TIME_OUTPUT_FORMAT: "HH24:MI:SS",
};

/** A session's parameters in the form of answers. */
export function parameterList({ engine, clientParameters }: WireSession): readonly JsonObject[] {
  const known = { ...defaultParameters, ...clientParameters, ...Object.fromEntries(engine.parameters) };
  return Object.entries(known).map(([name, value]) => ({ name, value }));
}

function rowType(column: ResultColumn): JsonObject {
  const { name, type, nullable, precision = null, scale = null, length = null } = column;
  const place = { database: "", schema: "", table: "" };
  return { name, type, nullable, precision, scale, length, byteLength: length, collation: null, ...place };
}

/** The data of an answer with rows. */
export function rowsData(
  result: RowsResult,
  statement: { session: WireSession; queryId: string },
): JsonObject {
  const { session, queryId } = statement;
  const { place } = session.engine;
  return {
    parameters: parameterList(session),
    rowtype: result.columns.map(rowType),
    rowset: result.rows,
    total: result.rows.length,
    returned: result.rows.length,
    queryId,
    databaseProvider: null,
    finalDatabaseName: place.database,
    finalSchemaName: place.schema,
    finalWarehouseName: place.warehouse,
    finalRoleName: place.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    statementTypeId: result.statementTypeId,
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: "json",
    queryContext: { entries: [] },
  };
}
