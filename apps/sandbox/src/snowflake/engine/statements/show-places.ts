import {
  type Database,
  type ObjectName,
  objectKey,
  type Schema,
  type Stage,
  type Table,
} from "../catalogue/model.ts";
import { problems } from "../problems.ts";
import type { Shown } from "./show.ts";

/** An object, and where it is. */
export interface Located<Thing> {
  readonly name: ObjectName;
  readonly thing: Thing;
}

/** The databases that a SHOW is about. */
export function databasesOf({ session, place }: Shown): readonly Database[] {
  const { account } = session;
  if (place?.kind === "ACCOUNT") return [...account.databases.values()];
  const written = place?.kind === "DATABASE" ? place.parts[0] : undefined;
  const name = written ?? session.place.database;
  if (place === null && name === null) return [...account.databases.values()];
  if (name === null) throw problems.noDatabase("SHOW");
  return [account.database(name)];
}

/** The schemas that a SHOW is about: those of a database, or the one that IN names, or the current one. */
export function schemasOf(shown: Shown): readonly { database: string; schema: Schema }[] {
  const { session, place } = shown;
  const current = session.place.schema;
  const parts = place?.kind === "SCHEMA" ? place.parts : [];
  if (place?.kind === "SCHEMA" || (place === null && current !== null)) {
    const written = parts.length > 0 ? parts : current === null ? [] : [current];
    if (written.length === 0) throw problems.noSchema("SHOW");
    const { database, schema } = session.names.completeSchema(written);
    return [{ database, schema: session.account.schema(database, schema) }];
  }
  return databasesOf(shown).flatMap(({ name, schemas }) =>
    [...schemas.values()].map((schema) => ({ database: name, schema })),
  );
}

/** The tables that a SHOW is about, the session's own among them. */
export function tablesOfShow(shown: Shown): readonly Located<Table>[] {
  const { session, place } = shown;
  if (place?.kind === "TABLE") {
    const { name, table } = session.names.table(place.parts, "Table");
    return [{ name, thing: table }];
  }
  return located(shown, (schema) => schema.tables, session.temporary.tables);
}

/** The stages that a SHOW is about, the session's own among them. */
export function stagesOfShow(shown: Shown): readonly Located<Stage>[] {
  return located(shown, (schema) => schema.stages, shown.session.temporary.stages);
}

function located<Thing>(
  shown: Shown,
  permanent: (schema: Schema) => ReadonlyMap<string, Thing>,
  temporary: ReadonlyMap<string, Thing>,
): readonly Located<Thing>[] {
  const found = schemasOf(shown).flatMap(({ database, schema }) => [
    ...[...permanent(schema)].map(([name, thing]) => ({
      name: { database, schema: schema.name, name },
      thing,
    })),
    ...[...temporary].flatMap(([key, thing]) => {
      const [inDatabase = "", inSchema = "", name = ""] = parsedKey(key);
      const isHere = inDatabase === database && inSchema === schema.name;
      return isHere ? [{ name: { database, schema: schema.name, name }, thing }] : [];
    }),
  ]);
  return found.toSorted((one, other) => compare(objectKey(one.name), objectKey(other.name)));
}

function parsedKey(key: string): readonly string[] {
  const parts: unknown = JSON.parse(key);
  return Array.isArray(parts) ? parts.map(String) : [];
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
