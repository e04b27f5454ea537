import type { SnowflakeOptions } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import type { SnowflakeConnection } from "../src/connection.ts";
import { initializeScript } from "../src/initialize-script.ts";
import {
  existingProbes,
  type PrivilegeProbe,
  type ProbeOptions,
  privilegeProbes,
} from "../src/privilege-probes.ts";
import {
  createStage,
  describeStage,
  fillQueryTag,
  grantReading,
  setQueryTag,
  setSession,
  useSchema,
} from "../src/set-up-statements.ts";
import { connected, standIn } from "./stand-in.ts";

const stage = { catalog: "RAW", schema: "PUBLIC", table: "FILES" };
const table = { catalog: "RAW", schema: "PUBLIC", table: "USERS" };
const options: ProbeOptions = {
  warehouse: "LOADING",
  role: "LOADER",
  database: "RAW",
  schema: "PUBLIC",
  stage,
  id: "r1",
};

async function session(world?: SnowflakeOptions["world"]): Promise<SnowflakeConnection> {
  return await connected(await standIn(world === undefined ? {} : { world }));
}

/** Tries what a check tries; answers what is not allowed. */
async function lacking(
  connection: SnowflakeConnection,
  probes: readonly PrivilegeProbe[],
): Promise<readonly string[]> {
  const tried = async (ways: PrivilegeProbe | PrivilegeProbe["instead"]): Promise<boolean> => {
    if (ways === undefined) return false;
    try {
      for (const statement of ways.prove) await connection.execute(statement);
      return true;
    } catch {
      return false;
    } finally {
      for (const statement of ways.undo) await connection.execute(statement);
    }
  };
  const lacks: string[] = [];
  for (const probe of probes)
    if (!(await tried(probe)) && !(await tried(probe.instead))) lacks.push(probe.what);
  return lacks;
}

function worldOf(lacks: readonly string[]): SnowflakeOptions["world"] {
  return {
    databases: [{ name: "RAW", schemas: ["PUBLIC"] }],
    warehouses: ["LOADING"],
    roles: { LOADER: { lacks } },
  };
}

describe("a session's set-up", () => {
  it("is taken by Snowflake", async () => {
    const connection = await session();
    await connection.execute(
      setSession({
        statement_timeout_seconds: 60,
        lock_timeout_seconds: 5,
        session_parameters: { WEEK_START: 1 },
      }),
    );
    await connection.execute(setQueryTag(fillQueryTag('it\'s "{{table}}"', { table: 'A"\\B' })));
    const now = await connection.execute({ sql: "SELECT TO_VARCHAR(CURRENT_TIMESTAMP(), 'TZH:TZM')" });
    expect(now.rows).toEqual([["+00:00"]]);
  });

  it("finds out what is there, and makes what is not", async () => {
    const connection = await session();
    await connection.execute(useSchema(stage));
    await expect(connection.execute(useSchema({ ...stage, schema: "public" }))).rejects.toMatchObject({
      action: "config",
    });
    const describe = describeStage(stage) ?? { sql: "" };
    const create = createStage(stage) ?? { sql: "" };
    await expect(connection.execute(describe)).rejects.toMatchObject({ action: "config" });
    await connection.execute(create);
    await connection.execute(create);
    await connection.execute(describe);
  });

  it("lets others read", async () => {
    const connection = await session({
      databases: [{ name: "RAW", schemas: ["PUBLIC"] }],
      warehouses: ["LOADING"],
      roles: { LOADER: { lacks: [] }, 'a "reader"': { lacks: [] } },
    });
    await connection.execute({ sql: 'CREATE TABLE "RAW"."PUBLIC"."USERS" ("ID" NUMBER(38,0))' });
    for (const statement of grantReading(table, ['a "reader"'])) await connection.execute(statement);
  });
});

describe("a check", () => {
  it("finds nothing that is lacking, and leaves nothing behind", async () => {
    const snowflake = await standIn();
    const connection = await connected(snowflake);
    await connection.execute({ sql: 'CREATE TABLE "RAW"."PUBLIC"."USERS" ("ID" NUMBER(38,0))' });
    await connection.execute(createStage(stage) ?? { sql: "" });
    const column = { name: "ID", sqlType: "NUMBER(38,0)" };
    const probes = [
      ...privilegeProbes(options),
      ...existingProbes({ table, column, evolves: true }, options),
    ];
    expect(await lacking(connection, probes)).toEqual([]);
    const left = `SELECT TABLE_SCHEMA, TABLE_NAME FROM RAW.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA'`;
    expect(await snowflake.query(left)).toEqual([{ TABLE_SCHEMA: "PUBLIC", TABLE_NAME: "USERS" }]);
    const schemas = `SELECT SCHEMA_NAME FROM RAW.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME <> 'INFORMATION_SCHEMA'`;
    expect(await snowflake.query(schemas)).toEqual([{ SCHEMA_NAME: "PUBLIC" }]);
    const described = await connection.execute({ sql: 'DESCRIBE TABLE "RAW"."PUBLIC"."USERS"' });
    expect(described.rows).toHaveLength(1);
  });

  it("may make what is not there", async () => {
    const connection = await session();
    const probes = privilegeProbes({ ...options, schema: "NEW", stage: "~" });
    expect(
      await lacking(
        connection,
        probes.filter(({ what }) => what.includes("schema")),
      ),
    ).toEqual([]);
  });

  it.each([
    ["CREATE TABLE ON SCHEMA RAW.PUBLIC", "make tables in RAW.PUBLIC"],
    ["CREATE STAGE ON SCHEMA RAW.PUBLIC", "use the stage PUBLIC.FILES, or make it"],
    ["USAGE ON WAREHOUSE LOADING", "use the warehouse LOADING"],
  ])("finds that %s is lacking", async (privilege, what) => {
    // A session without a warehouse cannot be made for a load.
    const snowflake = await standIn({
      world: worldOf([privilege]) ?? { databases: [], warehouses: [], roles: {} },
    });
    const connection = await connected(snowflake, {}, { purpose: "upload" });
    expect(await lacking(connection, privilegeProbes(options))).toContain(what);
  });
});

describe("the script for a new account", () => {
  it("is made of statements that Snowflake takes, twice", async () => {
    const snowflake = await standIn();
    const script = initializeScript({
      role: "LOADER",
      warehouse: "LOADING",
      database: "RAW",
      schemas: ["SHOP"],
      stage: { catalog: "RAW", schema: "SHOP", table: "FILES" },
      user: "CHORALE",
    });
    const statements = script
      .replaceAll(/^--.*$/gm, "")
      .split(";\n")
      .map((sql) => sql.trim())
      .filter((sql) => /^(CREATE (DATABASE|SCHEMA|STAGE)|GRANT)/.test(sql));
    expect(statements.length).toBeGreaterThan(8);
    for (const sql of [...statements, ...statements]) await snowflake.query(sql);
  });
});
