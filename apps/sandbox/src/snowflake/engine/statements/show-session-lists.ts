import { parameterNames, parameterRule } from "../sessions/parameters.ts";
import type { ShowList } from "./show.ts";
import { moment, texts } from "./show-cells.ts";

/** SHOW LOCKS. */
export const locks: ShowList = {
  words: ["LOCKS"],
  columns: texts(
    "resource",
    "type",
    "transaction",
    "transaction_started_on",
    "status",
    "acquired_on",
    "query_id",
    "session",
  ),
  like: "resource",
  rows: ({ session }) =>
    session.parts.locks
      .lines()
      .map(({ resource, transaction, since, status, acquiredAt, queryId, session: id }) => [
        resource,
        "PARTITIONS",
        transaction,
        moment(since),
        status,
        acquiredAt === null ? null : moment(acquiredAt),
        queryId,
        id,
      ]),
};

/** SHOW TRANSACTIONS. */
export const transactions: ShowList = {
  words: ["TRANSACTIONS"],
  columns: texts("id", "user", "session", "name", "started_on", "state", "scope"),
  like: "name",
  rows: ({ session }) =>
    [...session.parts.sessions].flatMap(({ transaction, user, id }) =>
      transaction === null
        ? []
        : [[transaction.id, user, id, transaction.name, moment(transaction.startedAt), "running", "0"]],
    ),
};

/** SHOW PARAMETERS. */
export const parameters: ShowList = {
  words: ["PARAMETERS"],
  columns: texts("key", "value", "default", "level", "description", "type"),
  like: "key",
  rows: ({ session }) =>
    parameterNames().map((key) => {
      const value = parameterRule(key)?.default ?? "";
      const level = session.changedParameters.has(key) ? "SESSION" : "";
      const types: Readonly<Record<string, string>> = {
        string: "STRING",
        number: "NUMBER",
        boolean: "BOOLEAN",
      };
      return [
        key,
        String(session.parameters.get(key) ?? ""),
        String(value),
        level,
        "",
        types[typeof value] ?? "",
      ];
    }),
};
