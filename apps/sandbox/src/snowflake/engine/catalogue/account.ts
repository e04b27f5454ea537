import type { EngineWorld } from "../../contract.ts";
import { problems } from "../problems.ts";
import { type Database, displayName, type Grant, type ObjectName, type Schema, type Stage } from "./model.ts";

/** The role that owns what the stand-in was filled with. */
export const firstOwner = "ACCOUNTADMIN";

/** All objects of an account but those that belong to a session. */
export class Account {
  readonly databases = new Map<string, Database>();
  readonly warehouses: Set<string>;
  /** What each role lacks: `CREATE TABLE ON SCHEMA RAW.PUBLIC`. */
  readonly roles: ReadonlyMap<string, Set<string>>;
  #grants: readonly Grant[] = [];
  /** How often DDL has changed it: what was planned before is planned again. */
  changes = 0;
  readonly #userStages = new Map<string, Stage>();
  #lastId = 0;

  constructor(world: EngineWorld) {
    this.warehouses = new Set(world.warehouses);
    this.roles = new Map(Object.entries(world.roles).map(([name, role]) => [name, new Set(role.lacks)]));
    for (const { name, schemas } of world.databases) {
      const database = newDatabase({ name, owner: firstOwner });
      for (const schema of ["INFORMATION_SCHEMA", ...schemas]) {
        database.schemas.set(schema, newSchema({ name: schema, owner: firstOwner }));
      }
      this.databases.set(name, database);
    }
  }

  /** Answers a name that was never given before. */
  newId(prefix: string): string {
    this.#lastId += 1;
    return `${prefix}${this.#lastId}`;
  }

  /** Makes a stage that has no files yet. */
  newStage(options: Partial<Omit<Stage, "id" | "createdOn">> & { owner: string }): Stage {
    return {
      isTemporary: false,
      encryption: "SNOWFLAKE_FULL",
      url: null,
      comment: "",
      ...options,
      id: this.newId("stage"),
      createdOn: new Date(),
    };
  }

  /** Whether a table of this name in DuckDB is in one of the schemas. */
  hasTable(id: string): boolean {
    for (const { schemas } of this.databases.values()) {
      for (const { tables } of schemas.values()) {
        for (const table of tables.values()) if (table.id === id) return true;
      }
    }
    return false;
  }

  /** The stage `@~` of a user. */
  userStage(user: string): Stage {
    const known = this.#userStages.get(user);
    if (known !== undefined) return known;
    const stage = this.newStage({ owner: user });
    this.#userStages.set(user, stage);
    return stage;
  }

  database(name: string): Database {
    const database = this.databases.get(name);
    if (database === undefined) throw problems.missing("Database", displayName([name]));
    return database;
  }

  schema(database: string, name: string): Schema {
    const schema = this.database(database).schemas.get(name);
    if (schema === undefined) throw problems.missing("Schema", displayName([database, name]));
    return schema;
  }

  /** The schema that an object's name names. */
  schemaOf({ database, schema }: ObjectName): Schema {
    return this.schema(database, schema);
  }

  /** What was granted since the beginning. */
  get grants(): readonly Grant[] {
    return this.#grants;
  }

  /** Notes grants; roles no longer lack what they are given. */
  grant(grants: readonly Grant[]): void {
    this.#grants = [...this.#grants, ...grants];
    for (const { privilege, objectKind, objectName, grantee } of grants) {
      const object = ` ON ${objectKind} ${objectName}`;
      const lacks = this.roles.get(grantee);
      for (const lacking of lacks ?? []) {
        const isGiven =
          privilege === "ALL" ? lacking !== `OWNERSHIP${object}` : lacking === privilege + object;
        if (isGiven && lacking.endsWith(object)) lacks?.delete(lacking);
      }
    }
  }

  /** Takes back what was granted; the role lacks it from now on. */
  revoke(revoked: readonly Pick<Grant, "privilege" | "objectKind" | "objectName" | "grantee">[]): void {
    for (const { privilege, objectKind, objectName, grantee } of revoked) {
      this.#grants = this.#grants.filter(
        (grant) =>
          grant.grantee !== grantee ||
          grant.objectName !== objectName ||
          !(privilege === "ALL" || grant.privilege === privilege),
      );
      this.roles.get(grantee)?.add(`${privilege} ON ${objectKind} ${objectName}`);
    }
  }

  /** Takes along the grants on tables that have other names now, by their full names; those on `null` are gone. */
  moveGrants(names: ReadonlyMap<string, string | null>): void {
    this.#grants = this.#grants.flatMap((grant) => {
      const name = grant.objectKind === "TABLE" ? names.get(grant.objectName) : undefined;
      if (name === undefined) return [grant];
      return name === null ? [] : [{ ...grant, objectName: name }];
    });
  }

  /** Whether a role has a privilege: `CREATE TABLE ON SCHEMA RAW.PUBLIC`. */
  allows(role: string | null, { privilege, kind, name }: Need): boolean {
    const lacks = role === null ? undefined : this.roles.get(role);
    return lacks?.has(`${privilege} ON ${kind} ${displayName(name)}`.trimEnd()) !== true;
  }

  /** Refuses what the role lacks the privilege for. */
  check(role: string | null, need: Need): void {
    if (!this.allows(role, need)) throw problems.noPrivilege(need.kind, need.name.at(-1) ?? "");
  }
}

/** A privilege on an object. */
interface Need {
  readonly privilege: string;
  readonly kind: string;
  readonly name: readonly string[];
}

/** Makes an empty database; its schemas are added by its maker. */
export function newDatabase(options: { name: string; owner: string } & Partial<Database>): Database {
  return { createdOn: new Date(), comment: "", isTransient: false, schemas: new Map(), ...options };
}

/** Makes an empty schema. */
export function newSchema(options: { name: string; owner: string } & Partial<Schema>): Schema {
  return {
    createdOn: new Date(),
    comment: "",
    isTransient: false,
    tables: new Map(),
    stages: new Map(),
    formats: new Map(),
    ...options,
  };
}
