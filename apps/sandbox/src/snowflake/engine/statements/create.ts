import { newDatabase, newSchema } from "../catalogue/account.ts";
import { displayPart, fullName, type ObjectName } from "../catalogue/model.ts";
import { checkFormatOptions } from "../copy/format-options.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { optionText, parseOptions } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import { dropTableSql } from "../storage/table-sql.ts";
import { ddlAnswer } from "./answers.ts";
import { changeCatalogue } from "./catalogue-change.ts";
import { type Command, ddl, type Work } from "./command.ts";
import { parseCreateStage } from "./create-stage.ts";
import { type CreateMode, parseCreateTable } from "./create-table.ts";
import { existing, parseCreation } from "./creation.ts";

/** Reads CREATE, whose word is taken. */
export function parseCreate(cursor: Cursor): Command {
  const orReplace = cursor.takes("OR", "REPLACE");
  const kind = parseKind(cursor);
  const mode: CreateMode = { orReplace, kind };
  if (cursor.takes("TABLE")) return parseCreateTable(cursor, mode);
  if (kind !== "TRANSIENT" && cursor.takes("STAGE")) return parseCreateStage(cursor, mode);
  if (kind !== "TEMPORARY" && cursor.takes("SCHEMA")) return parseCreateSchema(cursor, mode);
  if (kind !== "TEMPORARY" && cursor.takes("DATABASE")) return parseCreateDatabase(cursor, mode);
  if (kind === "TABLE" && cursor.takes("FILE", "FORMAT")) return parseCreateFileFormat(cursor, mode);
  throw cursor.unexpected();
}

function parseKind(cursor: Cursor): CreateMode["kind"] {
  const isSession = cursor.takesOneOf("LOCAL", "GLOBAL") !== undefined;
  if (cursor.takesOneOf("TEMPORARY", "TEMP", "VOLATILE") !== undefined) return "TEMPORARY";
  if (isSession) throw cursor.unexpected();
  return cursor.takes("TRANSIENT") ? "TRANSIENT" : "TABLE";
}

function parseComment(cursor: Cursor): { comment: string } {
  const options = parseOptions(cursor);
  for (const name of options.keys()) {
    if (name !== "COMMENT" && name !== "DATA_RETENTION_TIME_IN_DAYS") throw problems.invalidParameter(name);
  }
  const comment = options.get("COMMENT");
  return { comment: comment === undefined ? "" : optionText(comment) };
}

function parseCreateSchema(cursor: Cursor, mode: CreateMode): Command {
  const creation = parseCreation(cursor, mode, 2);
  const { comment } = parseComment(cursor);
  return ddl((work) =>
    changeCatalogue(work, async (run) => {
      const { session } = work;
      const { database, schema: name } = session.names.completeSchema(creation.parts, "CREATE SCHEMA");
      const { schemas } = session.account.database(database);
      session.check("CREATE SCHEMA", "DATABASE", [database]);
      const former = schemas.get(name);
      const answer = former === undefined ? undefined : existing(creation, [database, name]);
      if (answer !== undefined) return answer;
      for (const table of former?.tables.values() ?? []) await run(dropTableSql(table));
      const isTransient = mode.kind === "TRANSIENT";
      schemas.set(name, newSchema({ name, owner: session.owner, comment, isTransient }));
      session.place = { ...session.place, database, schema: name };
      return ddlAnswer(`Schema ${displayPart(name)} successfully created.`);
    }),
  );
}

function parseCreateDatabase(cursor: Cursor, mode: CreateMode): Command {
  const creation = parseCreation(cursor, mode, 1);
  const { comment } = parseComment(cursor);
  return ddl(async ({ session }) => {
    const [name = ""] = creation.parts;
    session.check("CREATE DATABASE", "ACCOUNT", []);
    if (session.account.databases.has(name)) {
      const answer = existing(creation, [name]);
      if (answer !== undefined) return answer;
    }
    const { owner } = session;
    const database = newDatabase({ name, owner, comment, isTransient: mode.kind === "TRANSIENT" });
    for (const schema of ["INFORMATION_SCHEMA", "PUBLIC"]) {
      database.schemas.set(schema, newSchema({ name: schema, owner }));
    }
    session.account.databases.set(name, database);
    session.place = { ...session.place, database: name, schema: "PUBLIC" };
    return ddlAnswer(`Database ${displayPart(name)} successfully created.`);
  });
}

function parseCreateFileFormat(cursor: Cursor, mode: CreateMode): Command {
  const creation = parseCreation(cursor, mode, 3);
  const options = parseOptions(cursor);
  const comment = options.get("COMMENT");
  options.delete("COMMENT");
  checkFormatOptions(options);
  if (comment !== undefined && comment.kind !== "text") throw cursor.unexpected();
  return ddl(async ({ session }: Work) => {
    const name: ObjectName = session.names.place(creation.parts, "CREATE FILE FORMAT");
    session.check("CREATE FILE FORMAT", "SCHEMA", [name.database, name.schema]);
    const { formats } = session.account.schemaOf(name);
    if (formats.has(name.name)) {
      const answer = existing(creation, fullName(name));
      if (answer !== undefined) return answer;
    }
    formats.set(name.name, { options, createdOn: new Date(), owner: session.owner });
    return ddlAnswer(`File format ${displayPart(name.name)} successfully created.`);
  });
}
