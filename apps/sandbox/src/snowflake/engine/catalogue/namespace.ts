import type { SessionPlace } from "../../contract.ts";
import { problems } from "../problems.ts";
import type { Account } from "./account.ts";
import {
  displayName,
  type FileFormat,
  fullName,
  type ObjectName,
  objectKey,
  type Stage,
  type Table,
  type TemporaryObjects,
} from "./model.ts";

/** A table, and its name. */
export interface NamedTable {
  readonly name: ObjectName;
  readonly table: Table;
}

/** Finds objects by the names that a session writes: its place completes them, its temporary objects hide others. */
export class Namespace {
  readonly #account: Account;
  readonly #place: () => SessionPlace;
  readonly #temporary: TemporaryObjects;

  constructor(options: { account: Account; place: () => SessionPlace; temporary: TemporaryObjects }) {
    this.#account = options.account;
    this.#place = options.place;
    this.#temporary = options.temporary;
  }

  /** Completes the name of an object; the schema need not exist. */
  complete(parts: readonly string[], action = "SELECT"): ObjectName {
    const [name = "", schema, database] = parts.toReversed();
    const place = this.#place();
    const inDatabase = database ?? place.database;
    if (inDatabase === null) throw problems.noDatabase(action);
    const inSchema = schema ?? place.schema;
    if (inSchema === null) throw problems.noSchema(action);
    return { database: inDatabase, schema: inSchema, name };
  }

  /** Completes the name of a schema. */
  completeSchema(parts: readonly string[], action = "SELECT"): { database: string; schema: string } {
    const [schema = "", database] = parts.toReversed();
    const inDatabase = database ?? this.#place().database;
    if (inDatabase === null) throw problems.noDatabase(action);
    return { database: inDatabase, schema };
  }

  /** Completes the name of an object that is to be made: its schema must exist. */
  place(parts: readonly string[], action: string): ObjectName {
    const name = this.complete(parts, action);
    this.#account.schemaOf(name);
    return name;
  }

  /** Answers a table, or undefined. */
  findTable(name: ObjectName): Table | undefined {
    return (
      this.#temporary.tables.get(objectKey(name)) ??
      this.#account.databases.get(name.database)?.schemas.get(name.schema)?.tables.get(name.name)
    );
  }

  /** Answers a table. Throws 002003 (for `kind`, as the statement calls it). */
  table(parts: readonly string[], kind = "Object"): NamedTable {
    const name = this.complete(parts);
    const table = this.findTable(name);
    if (table === undefined) {
      if (kind !== "Object") this.#account.schemaOf(name);
      throw problems.missing(kind, displayName(fullName(name)));
    }
    return { name, table };
  }

  /** Answers a stage, or undefined. */
  findStage(name: ObjectName): Stage | undefined {
    return (
      this.#temporary.stages.get(objectKey(name)) ??
      this.#account.databases.get(name.database)?.schemas.get(name.schema)?.stages.get(name.name)
    );
  }

  /** Answers a stage. Throws 002003. */
  stage(parts: readonly string[]): Stage {
    const name = this.complete(parts);
    const stage = this.findStage(name);
    if (stage === undefined) throw problems.missing("Stage", displayName(fullName(name)));
    return stage;
  }

  /** Answers a file format. Throws 002003. */
  format(parts: readonly string[]): FileFormat {
    const name = this.complete(parts);
    const format = this.#account.databases
      .get(name.database)
      ?.schemas.get(name.schema)
      ?.formats.get(name.name);
    if (format === undefined) throw problems.missing("File format", displayName(fullName(name)));
    return format;
  }
}
