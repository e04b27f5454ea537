import { EngineError } from "./values/problem.ts";

/** Makes a refusal that is no compilation error. */
function refusal(code: string, sqlState: string, message: string): EngineError {
  return new EngineError({ code, sqlState, message });
}

function compilation(code: string, sqlState: string, text: string): EngineError {
  return refusal(code, sqlState, `SQL compilation error:\n${text}`);
}

/** What statements are refused with, in Snowflake's codes and words. */
export const problems = {
  missing: (kind: string, name: string) =>
    compilation(
      "002003",
      kind === "Object" || kind === "Table" ? "42S02" : "02000",
      `${kind} '${name}' does not exist or not authorized.`,
    ),
  notThere: () => compilation("002043", "02000", "Object does not exist, or operation cannot be performed."),
  exists: (name: string) => compilation("002002", "42710", `Object '${name}' already exists.`),
  columnExists: (name: string) => compilation("001428", "42711", `column '${name}' already exists`),
  duplicateColumn: (name: string) => compilation("002025", "42S21", `duplicate column name '${name}'`),
  invalidIdentifier: (name: string) => compilation("000904", "42000", `invalid identifier '${name}'`),
  noDatabase: (action: string) =>
    refusal(
      "090105",
      "22000",
      `Cannot perform ${action}. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.`,
    ),
  noSchema: (action: string) =>
    refusal(
      "090106",
      "22000",
      `Cannot perform ${action}. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.`,
    ),
  noWarehouse: () =>
    refusal(
      "000606",
      "57P03",
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.\n",
    ),
  noPrivilege: (kind: string, name: string) =>
    refusal(
      "003001",
      "42501",
      `SQL access control error:\nInsufficient privileges to operate on ${kind.toLowerCase()} '${name}'`,
    ),
  empty: () => compilation("000900", "42601", "Empty SQL statement."),
  statementCount: (count: number) =>
    refusal(
      "000008",
      "0A000",
      `Actual statement count ${count} did not match the desired statement count 1.`,
    ),
  unsupported: (text: string) => refusal("000002", "0A000", `Unsupported feature '${text}'.`),
  invalidParameter: (name: string) => compilation("001420", "22023", `invalid parameter '${name}'`),
  invalidValue: (value: string, name: string) =>
    compilation("001008", "22023", `invalid value [${value}] for parameter '${name}'`),
  invalidProperty: (name: string, object: string) =>
    compilation("001423", "22023", `invalid property '${name}' for '${object}'`),
  unknownSessionParameter: (name: string) =>
    compilation("001006", "22023", `invalid session parameter '${name}'`),
  canceled: () => refusal("000604", "57014", "SQL execution canceled"),
  timedOut: (seconds: number) =>
    refusal(
      "000630",
      "57014",
      `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
    ),
  locked: (holder: { queryId: string; resource: string; transaction: string }) =>
    refusal(
      "000625",
      "57014",
      `Statement '${holder.queryId}' has locked table '${holder.resource}' in transaction ${holder.transaction} and this lock has not yet been released.\nYour statement was aborted.`,
    ),
  tooManyWaiters: (queryId: string) =>
    refusal(
      "000625",
      "57014",
      `Your statement '${queryId}' was aborted because the number of waiters for this lock exceeds the 20 statement limit.`,
    ),
  transactionAborted: (transaction: string) =>
    refusal(
      "000670",
      "57014",
      `Your transaction '${transaction}' was aborted by another session or by the system.`,
    ),
  nullInColumn: () => refusal("100072", "22000", "NULL result in a non-nullable column"),
  nondeterministic: (values: string) =>
    refusal("100090", "42P18", `Duplicate row detected during DML action\nRow Values: ${values}`),
  typeChange: (change: { column: string; from: string; to: string }) =>
    compilation(
      "002108",
      "22000",
      `cannot change column ${change.column} from type ${change.from} to ${change.to} because they have incompatible types.`,
    ),
  narrowing: (change: { column: string; from: string; to: string; what: string }) =>
    compilation(
      "002106",
      "22000",
      `cannot change column ${change.column} from type ${change.from} to ${change.to} because reducing the ${change.what} of a column is not supported.`,
    ),
  columnCount: (counts: { expected: number; got: number }) =>
    compilation(
      "002020",
      "21S01",
      `Insert value list does not match column list expecting ${counts.expected} but got ${counts.got}`,
    ),
  remoteFileMissing: (path: string) =>
    refusal(
      "100016",
      "22000",
      `Remote file '${path}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
    ),
  notNullColumn: (column: string, table: string) =>
    compilation(
      "002029",
      "22000",
      `Non-nullable column '${column}' cannot be added to non-empty table '${table}' unless it has a non-null default value.`,
    ),
  other: (code: string, sqlState: string, text: string) => compilation(code, sqlState, text),
  failed: refusal,
} as const;
