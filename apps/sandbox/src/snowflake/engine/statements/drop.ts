import { displayName, displayPart, fullName, objectKey, type Schema } from "../catalogue/model.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { dropTableSql } from "../storage/table-sql.ts";
import { ddlAnswer } from "./answers.ts";
import { changeCatalogue } from "./catalogue-change.ts";
import { type Answer, type Command, ddl, type Work } from "./command.ts";
import { keyOf, tablesOf } from "./create-table.ts";

/** What a DROP drops. */
interface Drop {
  readonly parts: NameParts;
  readonly ifExists: boolean;
}

type Run = (sql: string) => Promise<number>;

function parseDrop(
  cursor: Cursor,
  parts: number,
  drop: (work: Work, drop: Drop, run: Run) => Promise<Answer>,
): Command {
  const ifExists = cursor.takes("IF", "EXISTS");
  const name = cursor.dottedName(parts);
  cursor.takesOneOf("CASCADE", "RESTRICT");
  return ddl((work) => changeCatalogue(work, (run) => drop(work, { parts: name, ifExists }, run)));
}

function dropped(name: string): Answer {
  return ddlAnswer(`${displayPart(name)} successfully dropped.`);
}

/** Answers a DROP IF EXISTS of what is not there. */
function missing({ ifExists }: Drop, what: { kind: string; name: readonly string[] }): Answer {
  if (!ifExists) throw problems.missing(what.kind, displayName(what.name));
  const name = displayPart(what.name.at(-1) ?? "");
  return ddlAnswer(`Drop statement executed successfully (${name} already dropped).`);
}

/** Reads DROP TABLE. A temporary table goes before a permanent one of its name. */
export function parseDropTable(cursor: Cursor): Command {
  return parseDrop(cursor, 3, async (work, drop, run) => {
    const { session } = work;
    const name = session.names.complete(drop.parts, "DROP TABLE");
    const table = session.names.findTable(name);
    if (table === undefined) return missing(drop, { kind: "Table", name: fullName(name) });
    session.check("OWNERSHIP", "TABLE", fullName(name));
    await run(dropTableSql(table));
    const isTemporary = table.kind === "TEMPORARY";
    tablesOf(session, name, { isTemporary }).delete(keyOf(name, { isTemporary }));
    await session.parts.files.drop(table.stage.id);
    if (!isTemporary) session.account.moveGrants(new Map([[displayName(fullName(name)), null]]));
    return dropped(name.name);
  });
}

/** Reads DROP STAGE. Its files go with it. */
export function parseDropStage(cursor: Cursor): Command {
  return parseDrop(cursor, 3, async ({ session }, drop) => {
    const name = session.names.complete(drop.parts, "DROP STAGE");
    const stage = session.names.findStage(name);
    if (stage === undefined) return missing(drop, { kind: "Stage", name: fullName(name) });
    session.check("OWNERSHIP", "STAGE", fullName(name));
    if (stage.isTemporary) session.temporary.stages.delete(objectKey(name));
    else session.account.schemaOf(name).stages.delete(name.name);
    await session.parts.files.drop(stage.id);
    return dropped(name.name);
  });
}

/** Reads DROP FILE FORMAT. */
export function parseDropFileFormat(cursor: Cursor): Command {
  return parseDrop(cursor, 3, async ({ session }, drop) => {
    const name = session.names.complete(drop.parts, "DROP FILE FORMAT");
    const formats = session.account.databases.get(name.database)?.schemas.get(name.schema)?.formats;
    if (formats?.delete(name.name) !== true)
      return missing(drop, { kind: "File format", name: fullName(name) });
    return dropped(name.name);
  });
}

/** Reads DROP SCHEMA, with all that is in it. */
export function parseDropSchema(cursor: Cursor): Command {
  return parseDrop(cursor, 2, async (work, drop, run) => {
    const { session } = work;
    const { database, schema: name } = session.names.completeSchema(drop.parts, "DROP SCHEMA");
    const schemas = session.account.databases.get(database)?.schemas;
    const schema = schemas?.get(name);
    if (schema === undefined) return missing(drop, { kind: "Schema", name: [database, name] });
    session.check("OWNERSHIP", "SCHEMA", [database, name]);
    await dropContents(work, schema, run);
    schemas?.delete(name);
    if (session.place.database === database && session.place.schema === name) {
      session.place = { ...session.place, schema: null };
    }
    return dropped(name);
  });
}

/** Reads DROP DATABASE, with all that is in it. */
export function parseDropDatabase(cursor: Cursor): Command {
  return parseDrop(cursor, 1, async (work, drop, run) => {
    const { session } = work;
    const [name = ""] = drop.parts;
    const database = session.account.databases.get(name);
    if (database === undefined) return missing(drop, { kind: "Database", name: [name] });
    session.check("OWNERSHIP", "DATABASE", [name]);
    for (const schema of database.schemas.values()) await dropContents(work, schema, run);
    session.account.databases.delete(name);
    if (session.place.database === name) session.place = { ...session.place, database: null, schema: null };
    return dropped(name);
  });
}

async function dropContents({ session }: Work, schema: Schema, run: Run): Promise<void> {
  for (const table of schema.tables.values()) {
    await run(dropTableSql(table));
    await session.parts.files.drop(table.stage.id);
  }
  for (const { id } of schema.stages.values()) await session.parts.files.drop(id);
}
