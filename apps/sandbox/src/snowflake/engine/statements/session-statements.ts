import { displayPart } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { optionText, parseOption } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import {
  type ParameterValue,
  parameterRule,
  parameterValue,
  sessionParameters,
} from "../sessions/parameters.ts";
import { executedAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes } from "./command.ts";

const executed = (): ReturnType<typeof executedAnswer> => executedAnswer();

/** Reads USE WAREHOUSE. */
export function parseUseWarehouse(cursor: Cursor): Command {
  const name = cursor.name();
  return metadata(async ({ session }) => {
    if (!session.account.warehouses.has(name)) throw problems.notThere();
    session.check("USAGE", "WAREHOUSE", [name]);
    session.place = { ...session.place, warehouse: name };
    return executed();
  });
}

/** Reads USE ROLE. */
export function parseUseRole(cursor: Cursor): Command {
  const name = cursor.name();
  return metadata(async ({ session }) => {
    if (!session.account.roles.has(name)) {
      throw problems.failed(
        "003013",
        "42501",
        `Requested role '${displayPart(name)}' is not assigned to the executing user. Specify another role to activate.`,
      );
    }
    session.place = { ...session.place, role: name };
    return executed();
  });
}

/** Reads USE DATABASE. */
export function parseUseDatabase(cursor: Cursor): Command {
  const name = cursor.name();
  return metadata(async ({ session }) => {
    const database = session.account.databases.get(name);
    if (database === undefined) throw problems.notThere();
    session.check("USAGE", "DATABASE", [name]);
    session.place = {
      ...session.place,
      database: name,
      schema: database.schemas.has("PUBLIC") ? "PUBLIC" : null,
    };
    return executed();
  });
}

/** Reads USE SCHEMA, or USE and a name of two parts. */
export function parseUseSchema(cursor: Cursor): Command {
  const parts = cursor.dottedName(2);
  return metadata(async ({ session }) => {
    const { database, schema } = session.names.completeSchema(parts, "USE SCHEMA");
    if (session.account.databases.get(database)?.schemas.has(schema) !== true) throw problems.notThere();
    session.check("USAGE", "SCHEMA", [database, schema]);
    session.place = { ...session.place, database, schema };
    return executed();
  });
}

/** Reads USE without a kind: a database, or a schema with its database before it. */
export function parseUse(cursor: Cursor): Command {
  return cursor.seesOperator(".", 1) ? parseUseSchema(cursor) : parseUseDatabase(cursor);
}

/** Reads ALTER SESSION SET: all parameters are set, or none. */
export function parseSetParameters(cursor: Cursor): Command {
  const values = new Map<string, ParameterValue>();
  for (let option = parseOption(cursor); option !== undefined; option = parseOption(cursor)) {
    const [name, written] = option;
    const rule = parameterRule(name);
    if (rule === undefined) throw problems.unknownSessionParameter(name);
    const value = written.kind === "list" ? undefined : parameterValue(rule, written.value);
    const isText =
      typeof rule.default === "string" || written.kind === "word" || typeof rule.default === "boolean";
    if (value === undefined || !isText) throw problems.invalidValue(optionText(written), name);
    values.set(name, value);
    cursor.takesOperator(",");
  }
  if (values.size === 0) throw cursor.unexpected();
  return metadata(async ({ session }) => {
    if (values.get("AUTOCOMMIT") === true) await session.commit();
    for (const [name, value] of values) {
      session.parameters.set(name, value);
      session.changedParameters.add(name);
    }
    return executed();
  });
}

/** Reads ALTER SESSION UNSET. */
export function parseUnsetParameters(cursor: Cursor): Command {
  const names: string[] = [];
  do {
    const name = cursor.name();
    if (parameterRule(name) === undefined) throw problems.unknownSessionParameter(name);
    names.push(name);
  } while (cursor.takesOperator(","));
  return metadata(async ({ session }) => {
    for (const name of names) {
      const rule = Object.entries(sessionParameters).find(([known]) => known === name)?.[1];
      if (rule !== undefined) session.parameters.set(name, rule.default);
      session.changedParameters.delete(name);
    }
    return executed();
  });
}

function transactionCommand(run: Command["run"]): Command {
  return { kind: "session", needsWarehouse: false, run };
}

/** Reads BEGIN and START TRANSACTION. In an open transaction it has no effect. */
export function parseBegin(cursor: Cursor): Command {
  cursor.takesOneOf("TRANSACTION", "WORK");
  const name = cursor.takes("NAME") ? cursor.name() : "";
  return transactionCommand(async ({ session }) => {
    session.begin(name);
    return executedAnswer(statementTypes.transaction);
  });
}

/** Reads COMMIT. */
export function parseCommit(cursor: Cursor): Command {
  cursor.takes("WORK");
  return transactionCommand(async ({ session }) => {
    await session.commit();
    return executedAnswer(statementTypes.transaction);
  });
}

/** Reads ROLLBACK. */
export function parseRollback(cursor: Cursor): Command {
  cursor.takes("WORK");
  return transactionCommand(async ({ session }) => {
    await session.rollBack();
    return executedAnswer(statementTypes.transaction);
  });
}
