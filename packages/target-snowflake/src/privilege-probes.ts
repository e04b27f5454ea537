import { quoteName, quoteTable, type Statement, type TableName } from "@chorale/target-sdk/sql";
import { type StageName, stagePath, stageReference } from "./names.ts";
import { createStage, describeStage, schemaOf, useSchema } from "./set-up-statements.ts";

/** One way to find out whether something is allowed. */
export interface ProbeWay {
  /** In their order: it is allowed when all of them succeed. */
  readonly prove: readonly Statement[];
  /** To be run afterwards, whatever became of them. */
  readonly undo: readonly Statement[];
}

/** Something that a load needs to be allowed to do. */
export interface PrivilegeProbe extends ProbeWay {
  /** As a person reads it: "use the warehouse LOADING". */
  readonly what: string;
  /** Where the first way fails because the thing is not there: whether it could be made. */
  readonly instead?: ProbeWay;
  /** What is done where it could not be made either, and a load goes well all the same. */
  readonly otherwise?: string;
  /** What it tells to be there, for those that depend on it. */
  readonly thing?: string;
  /** What has to be there for it to be looked at. @default nothing */
  readonly within?: readonly string[];
  /** What allows it, to be run by who may. */
  readonly grants: readonly string[];
}

/** A table that is there already, and one of its columns. */
export interface ProbedTable {
  readonly table: TableName;
  readonly column: { readonly name: string; readonly sqlType: string };
  /** Whether a load may change its columns. */
  readonly evolves: boolean;
}

/** What a check looks at. Names as they are stored. */
export interface ProbeOptions {
  readonly warehouse?: string;
  /** The role that loads; a placeholder stands in the grants without it. */
  readonly role?: string;
  readonly database: string;
  readonly schema: string;
  readonly stage: StageName;
  /**
   * Whether files go to the user's own stage where this one is not there and may not be made.
   * @default false
   */
  readonly mayUseOwnStage?: boolean;
  /** Makes the names of what is made for a moment unlike all others: letters and digits. */
  readonly id: string;
}

/**
 * Answers what has to be tried to know that a load is allowed, in the order of what depends on what: nothing that
 * is there is changed, and no warehouse is started.
 *
 * @example
 * ```ts
 * for (const { what, prove, undo, grants } of privilegeProbes(options)) await probe(what, { prove, undo, grants });
 * ```
 */
export function privilegeProbes(options: ProbeOptions): readonly PrivilegeProbe[] {
  return [
    ...warehouseProbes(options),
    databaseProbe(options),
    schemaProbe(options),
    ...tableProbes(options),
    ...stageProbes(options),
  ];
}

function warehouseProbes({ warehouse, role }: ProbeOptions): readonly PrivilegeProbe[] {
  if (warehouse === undefined) return [];
  const name = quoteName(warehouse);
  return [
    {
      what: `use the warehouse ${warehouse}`,
      prove: [{ sql: `USE WAREHOUSE ${name}` }],
      undo: [],
      grants: [`GRANT USAGE ON WAREHOUSE ${name} ${toRole(role)}`],
    },
  ];
}

function databaseProbe({ database, role }: ProbeOptions): PrivilegeProbe {
  const name = quoteName(database);
  return {
    what: `use the database ${database}`,
    prove: [{ sql: `USE DATABASE ${name}` }],
    undo: [],
    thing: database,
    grants: [`GRANT USAGE ON DATABASE ${name} ${toRole(role)}`],
  };
}

function schemaProbe({ database, schema, id, role }: ProbeOptions): PrivilegeProbe {
  const name = schemaOf({ catalog: database, schema });
  const made = schemaOf({ catalog: database, schema: checkName(id) });
  return {
    what: `use the schema ${database}.${schema}, or make it`,
    prove: [useSchema({ catalog: database, schema })],
    undo: [],
    thing: `${database}.${schema}`,
    within: [database],
    instead: { prove: [{ sql: `CREATE SCHEMA ${made}` }], undo: [{ sql: `DROP SCHEMA IF EXISTS ${made}` }] },
    grants: [
      `GRANT USAGE ON SCHEMA ${name} ${toRole(role)}`,
      `GRANT CREATE SCHEMA ON DATABASE ${quoteName(database)} ${toRole(role)}`,
    ],
  };
}

function tableProbes({ database, schema, id, role }: ProbeOptions): readonly PrivilegeProbe[] {
  const place = schemaOf({ catalog: database, schema });
  return [
    ["TABLE", "make tables", `GRANT CREATE TABLE ON SCHEMA ${place} ${toRole(role)}`] as const,
    // Snowflake asks for no privilege of its own to make these.
    ["TEMPORARY TABLE", "make temporary tables", `GRANT USAGE ON SCHEMA ${place} ${toRole(role)}`] as const,
  ].map(([kind, what, grant]) => {
    const name = quoteTable({
      catalog: database,
      schema,
      table: `${checkName(id)}_${kind.replace(" ", "_")}`,
    });
    return {
      what: `${what} in ${database}.${schema}`,
      prove: [{ sql: `CREATE ${kind} ${name} ("A" NUMBER(38,0))` }],
      undo: [{ sql: `DROP TABLE IF EXISTS ${name}` }],
      within: [database, `${database}.${schema}`],
      grants: [grant],
    };
  });
}

function stageProbes(options: ProbeOptions): readonly PrivilegeProbe[] {
  const { stage, id, role, database } = options;
  if (stage === "~") return [];
  const name = quoteTable(stage);
  const within = [database, `${stage.catalog ?? database}.${stage.schema}`];
  const thing = name;
  const made: StageName = { ...stage, table: checkName(id) };
  const folder = stageReference(stage, stagePath({ prefix: "", stream: "_chorale_check", batchId: id }));
  const find = describeStage(stage);
  const create = createStage(made);
  return [
    {
      what: `use the stage ${stage.schema}.${stage.table}, or make it`,
      prove: find === undefined ? [] : [find],
      undo: [],
      thing,
      within,
      ...(options.mayUseOwnStage === true
        ? { otherwise: `use the user's own stage, because ${stage.schema}.${stage.table} may not be made` }
        : {}),
      instead: {
        prove: create === undefined ? [] : [create],
        undo: [{ sql: `DROP STAGE IF EXISTS ${quoteTable(made)}` }],
      },
      grants: [
        `GRANT READ, WRITE ON STAGE ${name} ${toRole(role)}`,
        `GRANT CREATE STAGE ON SCHEMA ${schemaOf(stage)} ${toRole(role)}`,
      ],
    },
    {
      what: `read the stage ${stage.schema}.${stage.table}`,
      prove: [{ sql: `LIST ${folder}` }],
      undo: [],
      within: [...within, thing],
      grants: [`GRANT READ ON STAGE ${name} ${toRole(role)}`],
    },
    {
      what: `write to the stage ${stage.schema}.${stage.table}`,
      // It removes nothing: the folder is new.
      prove: [{ sql: `REMOVE ${folder}` }],
      undo: [],
      within: [...within, thing],
      grants: [`GRANT READ, WRITE ON STAGE ${name} ${toRole(role)}`],
    },
  ];
}

/**
 * Answers what has to be tried to know that a table that is there may be loaded into. It starts the warehouse; no row is
 * changed.
 *
 * @example
 * ```ts
 * const column = { name: "ID", sqlType: "NUMBER(38,0)" };
 * existingProbes({ table, column, evolves: true }, { role: "LOADER" }).map(({ what }) => what);
 * ```
 */
export function existingProbes(
  { table, column, evolves }: ProbedTable,
  { role }: Pick<ProbeOptions, "role">,
): readonly PrivilegeProbe[] {
  const name = quoteTable(table);
  const field = quoteName(column.name);
  const load: PrivilegeProbe = {
    what: `load into ${table.schema}.${table.table}`,
    prove: [
      { sql: `INSERT INTO ${name} (${field}) SELECT ${field} FROM ${name} WHERE FALSE` },
      { sql: `UPDATE ${name} SET ${field} = ${field} WHERE FALSE` },
      { sql: `DELETE FROM ${name} WHERE FALSE` },
    ],
    undo: [],
    grants: [`GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE ${name} ${toRole(role)}`],
  };
  const change: PrivilegeProbe = {
    what: `change the columns of ${table.schema}.${table.table}, which only its owner may`,
    // The column is there, so nothing is added.
    prove: [{ sql: `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${field} ${column.sqlType}` }],
    undo: [],
    grants: [`GRANT OWNERSHIP ON TABLE ${name} ${toRole(role)} COPY CURRENT GRANTS`],
  };
  return evolves ? [load, change] : [load];
}

function checkName(id: string): string {
  return `_CHORALE_CHECK_${id.replaceAll(/[^A-Za-z0-9]/g, "").toUpperCase()}`;
}

function toRole(role: string | undefined): string {
  return `TO ROLE ${role === undefined ? "<the role that loads>" : quoteName(role)}`;
}
